// Weir
// SPDX-License-Identifier: Apache-2.0

package import PromQL

/// Which alerts go where: a tree of routes, of which the root takes everything.
///
/// Source: prometheus/alertmanager `dispatch/route.go`.
package struct RouteTree: Sendable, Hashable {
    package struct Node: Sendable, Hashable {
        package var matchers: MatcherSet
        /// Whether later siblings are asked too where this one fits.
        package var continues: Bool
        package var options: RouteOptions
        /// The matchers on the way from the root: `{}/{severity="critical"}`.
        package var key: String
        /// Places in ``RouteTree/nodes``.
        package var children: [Int] = []

        package init(
            matchers: MatcherSet = MatcherSet(), continues: Bool = false, options: RouteOptions,
            key: String
        ) {
            self.matchers = matchers
            self.continues = continues
            self.options = options
            self.key = key
        }
    }

    /// Depth first; the first one is the root.
    package private(set) var nodes: [Node]

    /// A tree of a root alone.
    package init(_ options: RouteOptions) {
        self.nodes = [Node(options: options, key: "{}")]
    }

    /// Adds a route as the last child of another, and gives its place.
    package mutating func add(
        to parent: Int, matchers: MatcherSet, continues: Bool = false, options: RouteOptions
    ) -> Int {
        let key = "\(self.nodes[parent].key)/\(matchers)"
        let place = self.nodes.count
        self.nodes.append(
            Node(matchers: matchers, continues: continues, options: options, key: key))
        self.nodes[parent].children.append(place)
        return place
    }

    /// The places of the routes that take an alert: at least one, depth first. A route takes what
    /// fits it and none of its children; siblings after the first that fits are asked only where that
    /// one continues.
    package func match(_ labels: Labels) -> [Int] {
        var result: [Int] = []
        self.match(0, labels, &result)
        return result
    }

    /// The receivers that get an alert, in the order of their routes, each once.
    package func receivers(_ labels: Labels) -> [String] {
        var result: [String] = []
        for place in self.match(labels) {
            let receiver = self.nodes[place].options.receiver
            if !result.contains(receiver) { result.append(receiver) }
        }
        return result
    }

    /// How long an alert has to fire at most until every group that takes it was looked at;
    /// milliseconds. One that ends sooner may never be told, as in Alertmanager: an event that lasts no
    /// time is to be sent with an `endsAt` later than this.
    package func longestWait(_ labels: Labels) -> Int64 {
        self.match(labels).map { place in
            let options = self.nodes[place].options
            return max(options.groupWait, options.groupInterval)
        }.max() ?? 0
    }

    private func match(_ place: Int, _ labels: Labels, _ result: inout [Int]) {
        let count = result.count
        for child in self.nodes[place].children where self.nodes[child].matchers.matches(labels) {
            self.match(child, labels, &result)
            if !self.nodes[child].continues { break }
        }
        if result.count == count { result.append(place) }
    }
}
