// Weir
// SPDX-License-Identifier: Apache-2.0

extension ChainConfiguration {
    /// The chain as the follower needs it.
    package var followed: FollowedChain {
        FollowedChain(
            name: self.name, id: self.id, sync: self.sync, filter: self.filter,
            definition: self.economy)
    }
}
