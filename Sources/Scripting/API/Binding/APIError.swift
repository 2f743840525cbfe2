/// What a script asked for that the API cannot do: a sentence that teaches. The place of the call is added on the way out.
struct APIError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
