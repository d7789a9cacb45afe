// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives

/// Functions that contracts of every project have, for calls of contracts whose ABI is not known.
enum StandardFunctions {
    /// The function of a selector.
    static func function(_ selector: UInt32) -> ABIFunction? { self.bySelector[selector] }

    /// The name of a role of OpenZeppelin's AccessControl, by its hash.
    static func role(_ hash: U256) -> String? { self.roles[hash] }

    static let all: [ABIFunction] = (try? HumanABI.parse(Self.text))?.functions ?? []

    private static let bySelector = Dictionary(
        Self.all.map { ($0.selector, $0) }, uniquingKeysWith: { first, _ in first })

    private static let roles: [U256: String] = {
        let names = [
            "MINTER_ROLE", "BURNER_ROLE", "PAUSER_ROLE", "UNPAUSER_ROLE", "SNAPSHOT_ROLE",
            "UPGRADER_ROLE", "PROPOSER_ROLE", "EXECUTOR_ROLE", "CANCELLER_ROLE",
            "TIMELOCK_ADMIN_ROLE", "OPERATOR_ROLE", "ADMIN_ROLE", "GOVERNOR_ROLE",
            "SLASHER_ROLE", "TREASURY_ROLE",
        ]
        var roles: [U256: String] = [.zero: "DEFAULT_ADMIN_ROLE"]
        for name in names { roles[Keccak256.hash(text: name).word] = name }
        return roles
    }()

    /// Sources: ERC-20, ERC-721, ERC-1155, ERC-2612, ERC-4626, ERC-1967 proxies, OpenZeppelin
    /// Contracts, Compound's Timelock and Governor, Safe, WETH9.
    private static let text = """
        function transfer(address to, uint256 amount)
        function approve(address spender, uint256 amount)
        function transferFrom(address from, address to, uint256 amount)
        function increaseAllowance(address spender, uint256 amount)
        function decreaseAllowance(address spender, uint256 amount)
        function mint(address to, uint256 amount)
        function burn(uint256 amount)
        function burn(address from, uint256 amount)
        function burnFrom(address from, uint256 amount)
        function delegate(address delegatee)
        function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v,
            bytes32 r, bytes32 s)
        function safeTransferFrom(address from, address to, uint256 tokenId)
        function safeTransferFrom(address from, address to, uint256 tokenId, bytes data)
        function safeTransferFrom(address from, address to, uint256 id, uint256 count, bytes data)
        function safeBatchTransferFrom(address from, address to, uint256[] ids, uint256[] counts,
            bytes data)
        function setApprovalForAll(address operator, bool approved)
        function deposit()
        function withdraw(uint256 amount)
        function deposit(uint256 assets, address receiver)
        function withdraw(uint256 assets, address receiver, address owner)
        function redeem(uint256 shares, address receiver, address owner)

        function transferOwnership(address newOwner)
        function renounceOwnership()
        function acceptOwnership()
        function grantRole(bytes32 role, address account)
        function revokeRole(bytes32 role, address account)
        function renounceRole(bytes32 role, address account)
        function pause()
        function unpause()

        function upgradeTo(address newImplementation)
        function upgradeToAndCall(address newImplementation, bytes data)
        function changeAdmin(address newAdmin)
        function changeProxyAdmin(address proxy, address newAdmin)
        function upgrade(address proxy, address implementation)
        function upgradeAndCall(address proxy, address implementation, bytes data)

        function schedule(address target, uint256 value, bytes data, bytes32 predecessor,
            bytes32 salt, uint256 delay)
        function scheduleBatch(address[] targets, uint256[] values, bytes[] payloads,
            bytes32 predecessor, bytes32 salt, uint256 delay)
        function execute(address target, uint256 value, bytes payload, bytes32 predecessor,
            bytes32 salt)
        function executeBatch(address[] targets, uint256[] values, bytes[] payloads,
            bytes32 predecessor, bytes32 salt)
        function cancel(bytes32 id)
        function updateDelay(uint256 newDelay)
        function queueTransaction(address target, uint256 value, string signature, bytes data,
            uint256 eta)
        function executeTransaction(address target, uint256 value, string signature, bytes data,
            uint256 eta)
        function cancelTransaction(address target, uint256 value, string signature, bytes data,
            uint256 eta)
        function setDelay(uint256 delay)
        function setPendingAdmin(address pendingAdmin)
        function acceptAdmin()

        function relay(address target, uint256 value, bytes data)
        function setVotingDelay(uint256 newVotingDelay)
        function setVotingPeriod(uint256 newVotingPeriod)
        function setProposalThreshold(uint256 newProposalThreshold)
        function updateQuorumNumerator(uint256 newQuorumNumerator)
        function updateTimelock(address newTimelock)

        function execTransaction(address to, uint256 value, bytes data, uint8 operation,
            uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken,
            address refundReceiver, bytes signatures)
        function execTransactionFromModule(address to, uint256 value, bytes data, uint8 operation)
        function multiSend(bytes transactions)
        function addOwnerWithThreshold(address owner, uint256 threshold)
        function removeOwner(address prevOwner, address owner, uint256 threshold)
        function swapOwner(address prevOwner, address oldOwner, address newOwner)
        function changeThreshold(uint256 threshold)
        function enableModule(address module)
        function disableModule(address prevModule, address module)
        function setGuard(address guard)
        function setFallbackHandler(address handler)
        function multicall(bytes[] data)
        """
}
