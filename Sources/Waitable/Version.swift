/// The version of this build: docs/releasing.md says when it changes. Nothing else repeats it.
package enum Version {
    /// By semantic versioning: major, minor, patch.
    package static let number = "0.1.0"
}
