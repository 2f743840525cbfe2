/// A database: a named list of tables. Members and JSON names are Glue's (`Database`).
public struct DatabaseRecord: Codable, Hashable, Sendable {
    /// Lower case.
    public var name: String
    public var description: String?
    public var locationURI: String?
    public var parameters: [String: String]
    /// Seconds since the epoch.
    public var createTime: Double?

    public init(name: String, description: String? = nil, locationURI: String? = nil, parameters: [String: String] = [:]) {
        (self.name, self.description, self.locationURI, self.parameters) = (name, description, locationURI, parameters)
    }

    private enum CodingKeys: String, CodingKey {
        case name = "Name", description = "Description", locationURI = "LocationUri", parameters = "Parameters", createTime = "CreateTime"
    }

    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        name = try members.decode(String.self, forKey: .name)
        description = try members.decodeIfPresent(String.self, forKey: .description)
        locationURI = try members.decodeIfPresent(String.self, forKey: .locationURI)
        parameters = try members.decodeIfPresent([String: String].self, forKey: .parameters) ?? [:]
        createTime = try members.decodeIfPresent(Double.self, forKey: .createTime)
    }
}
