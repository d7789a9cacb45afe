// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives

/// A call that a contract refuses: the data that it reverts with.
struct CallReverted: Error, Equatable, Sendable {
    var data: [UInt8]

    /// `require(…, "message")`.
    init(_ message: String) {
        let body = try? ABIEncoder.encode([.string], [.text(message)])
        self.data = [0x08, 0xc3, 0x79, 0xa0] + (body ?? [])
    }

    init(data: [UInt8] = []) {
        self.data = data
    }
}

/// A transaction's run: the state that it changes and the events that it emits, both dropped where
/// it reverts.
struct Execution {
    var world: WorldState
    let sender: Address
    let number: UInt64
    let time: UInt64
    /// Seconds from block to block.
    let blockTime: UInt64
    var events: [SimulatedEvent] = []

    mutating func emit(
        _ contract: SimulatedContract, _ event: ABIEvent, _ values: ABIValue...
    ) {
        self.events.append(SimulatedEvent(contract: contract, event: event, values: values))
    }
}

func sum(_ a: U256, _ b: U256) throws(CallReverted) -> U256 {
    guard let sum = a.adding(b) else { throw CallReverted("overflow") }
    return sum
}

func difference(_ a: U256, _ b: U256) throws(CallReverted) -> U256 {
    guard let difference = a.subtracting(b) else { throw CallReverted("underflow") }
    return difference
}

func require(_ condition: Bool, _ message: String) throws(CallReverted) {
    guard condition else { throw CallReverted(message) }
}

// MARK: Ether and token

extension Execution {
    mutating func transferEther(to: Address, _ amount: U256) throws(CallReverted) {
        var from = self.world.accounts[self.sender] ?? WorldState.Account()
        from.balance = try difference(from.balance, amount)
        self.world.accounts[self.sender] = from
        var account = self.world.accounts[to] ?? WorldState.Account()
        account.balance = try sum(account.balance, amount)
        self.world.accounts[to] = account
    }

    mutating func transfer(
        from: Address, to: Address, _ amount: U256
    ) throws(CallReverted) {
        let left = self.world.token.balance(of: from).subtracting(amount)
        guard let left else { throw CallReverted("ERC20: transfer amount exceeds balance") }
        self.world.token.balances[from] = left
        let held = self.world.token.balance(of: to)
        self.world.token.balances[to] = try sum(held, amount)
        self.emit(
            .fabToken, EconomyEvents.transfer, .address(from), .address(to), .uint(amount))
    }

    /// The contract takes tokens of the sender, which allowed it. An endless allowance stays.
    mutating func take(
        _ amount: U256, into contract: SimulatedContract
    ) throws(CallReverted) {
        let allowance = self.world.token.allowance(self.sender, contract.address)
        guard let left = allowance.subtracting(amount) else {
            throw CallReverted("ERC20: insufficient allowance")
        }
        if allowance != .max {
            let key = TokenState.Allowance(owner: self.sender, spender: contract.address)
            self.world.token.allowances[key] = left
        }
        try self.transfer(from: self.sender, to: contract.address, amount)
    }

    mutating func approve(_ spender: Address, _ amount: U256) {
        let key = TokenState.Allowance(owner: self.sender, spender: spender)
        self.world.token.allowances[key] = amount
        self.emit(
            .fabToken, EconomyEvents.approval, .address(self.sender), .address(spender),
            .uint(amount))
    }

    mutating func mint(to: Address, _ amount: U256) throws(CallReverted) {
        self.world.token.supply = try sum(self.world.token.supply, amount)
        self.world.token.balances[to] = try sum(self.world.token.balance(of: to), amount)
        self.emit(
            .fabToken, EconomyEvents.transfer, .address(.zero), .address(to), .uint(amount))
    }

    mutating func burn(from: Address, _ amount: U256) throws(CallReverted) {
        let left = self.world.token.balance(of: from).subtracting(amount)
        guard let left else { throw CallReverted("ERC20: burn amount exceeds balance") }
        self.world.token.balances[from] = left
        self.world.token.supply = try difference(self.world.token.supply, amount)
        self.emit(
            .fabToken, EconomyEvents.transfer, .address(from), .address(.zero), .uint(amount))
    }

    func requireOwner() throws(CallReverted) {
        try require(
            self.sender == SimulatedAccounts.deployer, "Ownable: caller is not the owner")
    }
}
