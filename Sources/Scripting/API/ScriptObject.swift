/// A Swift object that scripts hold: its class's methods are called with `.` or `:` alike.
protocol ScriptObject: AnyObject {
    /// What scripts and errors call the class: `DynamicFrame`.
    static var className: String { get }
}
