package import StatesLanguage
import Waitable
package import WaitableOperations

extension TableDescription {
    /// `{"name","key":[{"name","type"},…],"created","status"}`
    package var json: JSON {
        .object([
            "name": .string(record.name), "key": record.schema.json, "created": .string(record.creationDate.iso8601),
            "status": .string(status.rawValue),
        ])
    }
}

extension [TableDescription] {
    /// `{"tables": […]}`
    package var json: JSON { .object(["tables": .array(map(\.json))]) }
}
