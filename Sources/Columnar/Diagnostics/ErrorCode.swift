/// The fixed codes of what can go wrong. A code never changes its meaning; one that is no longer used is not given again.
///
/// What each says at length stands in the catalogue behind `mastic help CODE`.
public enum ErrorCode: String, CaseIterable, Sendable {
    // 10xx: the script's text, and Lua
    case syntax = "E1001"
    case unfinishedBlock = "E1002"
    case unfinishedString = "E1003"
    case indexOfWrongValue = "E1010"
    case callOfWrongValue = "E1011"
    case arithmeticOnWrongValue = "E1012"
    case concatenationOfWrongValue = "E1013"
    case comparisonOfWrongValues = "E1014"
    case lengthOfWrongValue = "E1015"
    case libraryArgument = "E1016"
    case unknownGlobal = "E1017"
    case raisedByScript = "E1018"
    case otherLuaError = "E1019"
    case moduleNotFound = "E1020"
    case stackOverflow = "E1021"

    // 11xx: calls of the API
    case call = "E1100"
    case unknownArgument = "E1101"
    case missingArgument = "E1102"
    case wrongArgument = "E1103"
    case tooManyArguments = "E1104"
    case unknownOption = "E1105"
    case unknownMethod = "E1106"
    case wrongOption = "E1107"
    case unknownChoice = "E1108"
    case missingJobArgument = "E1109"
    case outsideSandbox = "E1110"
    case notSupported = "E1111"

    // 12xx: columns and types
    case unknownColumn = "E1201"
    case unknownField = "E1202"
    case ambiguousColumn = "E1203"
    case incompatibleTypes = "E1204"
    case unknownType = "E1205"
    case badPath = "E1206"
    case duplicateColumn = "E1207"
    case impossibleCast = "E1208"
    case joinKeys = "E1209"
    case badSchema = "E1210"
    case badValue = "E1211"
    case noFields = "E1212"

    // 13xx: files and formats
    case fileNotFound = "E1301"
    case permissionDenied = "E1302"
    case diskFull = "E1303"
    case fileExists = "E1304"
    case readOnly = "E1305"
    case noObjectStore = "E1306"
    case badFilePattern = "E1307"
    case inputOutput = "E1308"
    case outputConflict = "E1309"
    case malformedFile = "E1310"
    case truncatedFile = "E1311"
    case unsupportedFeature = "E1312"
    case unwritableSchema = "E1313"
    case unknownFormat = "E1314"
    case unknownPartitionColumn = "E1315"
    case badLocation = "E1316"

    // 14xx: the catalog
    case notInCatalog = "E1401"
    case inCatalogAlready = "E1402"
    case badDefinition = "E1403"
    case badCatalogState = "E1404"
    case changedMeanwhile = "E1405"
    case lostLease = "E1406"
    case unusableCatalog = "E1407"

    // 15xx: SQL
    case sqlSyntax = "E1501"
    case unknownFunction = "E1502"
    case argumentCount = "E1503"
    case functionArgument = "E1504"
    case misplacedExpression = "E1505"
    case windowFunction = "E1506"
    case query = "E1507"
    case unknownTable = "E1508"
    case badRegularExpression = "E1509"
    case raisedByQuery = "E1510"
    case badDatePattern = "E1511"
    case badTimeZone = "E1512"

    // 16xx: records that fail
    case errorThreshold = "E1601"
    case tooManyErrorRecords = "E1602"
    case userFunction = "E1603"

    // 17xx: runs
    case jobIsRunning = "E1701"
    case badRunOption = "E1702"
    case noSuchDefinition = "E1703"
    case notStarted = "E1704"
    case wrongState = "E1706"
    case unpublished = "E1707"
    case nothingToCrawl = "E1708"
    case missingCommit = "E1709"
    case missingContext = "E1710"

    // 18xx: projects and schedules
    case projectFile = "E1801"
    case badSchedule = "E1802"

    // 19xx: limits
    case interrupted = "E1901"
    case timedOut = "E1902"
    case scriptMemory = "E1903"
    case tooManyInstructions = "E1904"
    case memory = "E1905"

    // 20xx: commands and the machine
    case commandInput = "E2001"
    case scriptNotFound = "E2002"
    case spilling = "E2003"
    case server = "E2004"
    case unexpected = "E2005"
}

/// An error that a person can meet: one that has a code and knows what to do next.
public protocol CodedError: Error {
    var errorCode: ErrorCode { get }
    /// The sentence without what `notes` say better; what `description` says where it needs no notes.
    var headline: String? { get }
    /// What of the script's text the error is about, the most telling first: a column's name, an argument's. The places are looked for in the call that failed.
    var subjects: [String] { get }
    /// What else is known.
    var notes: [ErrorNote] { get }
    /// The next step; the code's general advice where there is none.
    var advice: String? { get }
}

extension CodedError {
    public var headline: String? { nil }
    public var subjects: [String] { [] }
    public var notes: [ErrorNote] { [] }
    public var advice: String? { nil }
}

/// Something that is known of an error besides its sentence: `columns: id bigint, amount double`.
public struct ErrorNote: Hashable, Sendable {
    public let label: String
    public let text: String

    public init(_ label: String, _ text: String) { (self.label, self.text) = (label, text) }
}
