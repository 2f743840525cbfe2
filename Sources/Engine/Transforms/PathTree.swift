internal import Columnar

/// Several paths as one tree, so that a transform walks each column once however many paths lead into it.
struct PathTree<Leaf: Sendable>: Sendable {
    /// What stands at the end of a path that ends here.
    var leaf: Leaf?
    /// Steps further in, in the order in which they first appeared.
    private(set) var children: [(step: FieldPath.Step, node: PathTree)] = []

    /// Puts a leaf at the end of `path`; the last one stays. Returns the leaf that stood there.
    @discardableResult
    mutating func insert(_ leaf: Leaf, at path: FieldPath) -> Leaf? { insert(leaf, at: path.steps[...]) }

    private mutating func insert(_ leaf: Leaf, at steps: ArraySlice<FieldPath.Step>) -> Leaf? {
        guard let first = steps.first else {
            defer { self.leaf = leaf }
            return self.leaf
        }
        let place = children.firstIndex { $0.step == first } ?? children.count
        if place == children.count { children.append((first, PathTree())) }
        return children[place].node.insert(leaf, at: steps.dropFirst())
    }

    subscript(step: FieldPath.Step) -> PathTree? { children.first { $0.step == step }?.node }

    /// The node for an array's elements: behind the marker, or, where it was left out, this node's own fields.
    var elements: PathTree? {
        let marked = self[.elements]
        let unmarked = children.filter { $0.step != .elements }
        if unmarked.isEmpty { return marked }
        var node = marked ?? PathTree()
        for child in unmarked where node[child.step] == nil { node.children.append(child) }
        return node
    }

    var hasChildren: Bool { !children.isEmpty }
}
