import Foundation
import RedisClient
import StatesLanguage
import Testing
import WaitableRedis

@testable import Waitable
@testable import WaitableItems

/// What Swift and the function library both read, and must read alike: one file of vectors, which both are given.
@Suite("Twins of Swift and Lua", .redisServer, .timeLimit(.minutes(1)))
struct TwinTests {
    /// A text, and what it reads as; `nil` where it must be refused.
    struct Vector: Decodable, Sendable, CustomTestStringConvertible {
        var text: String
        var reads: String?

        var testDescription: String { String(text.prefix(60)) }
    }

    /// The same random numbers in every run: SplitMix64.
    private struct SeededRandom: RandomNumberGenerator {
        private var state: UInt64

        init(seed: UInt64) { state = seed }

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let vectors: [String: [Vector]] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/twins.json")
        guard let data = try? Data(contentsOf: file) else { return [:] }
        return (try? JSONDecoder().decode([String: [Vector]].self, from: data)) ?? [:]
    }()

    /// How Swift reads each kind of text.
    private static let readers: [(kind: String, read: @Sendable (String) -> String?)] = [
        ("instants", { Instant(iso8601: $0).map { String($0.milliseconds) } }),
        ("names", { ResourceName.problem(with: $0) == nil ? $0 : nil }),
        ("decimals", { try? DecimalText.canonical($0) }),
        ("values", { AttributeValue(stored: $0).json.text }),
        ("starts", Self.start),
        ("heads", Self.head),
        // Where they are many; Lua counts all of a few.
        ("texts", { String(ItemTexts.count(inJSON: String(repeating: $0, count: 300))) }),
    ]

    private static func start(_ text: String) -> String? {
        guard let start = try? ItemStart(body: ArraySlice(text.utf8), makeID: { "" }) else { return nil }
        return start.startTimestamp + (start.id.isEmpty ? "" : " \(start.id)")
    }

    /// Status, revision, start, waiting task, tasks that wait, end of the wait, time-out.
    private static func head(_ text: String) -> String? {
        let key = ExecutionKey(machine: "m", name: "x")
        guard let execution = try? ExecutionDocument.decode(Array(text.utf8), key: key) else { return nil }
        let flow = execution.flow
        let awaited = (flow?.pendingTasks ?? []).filter { $0.answerer != .commit }.map { String($0.id) }
        let words: [String?] = [
            execution.status.code, execution.revision, String(execution.startDate.milliseconds),
            execution.parent.map { "\($0.task)\($0.answer.rawValue)\($0.key)" },
            awaited.isEmpty ? nil : awaited.joined(separator: ","),
            flow?.waitEnd.map { String($0.milliseconds) }, flow?.deadline.map { String($0.milliseconds) },
        ]
        return words.map { $0 ?? "-" }.joined(separator: " ")
    }

    /// The library under another name, with a function that reads a text of a kind as its modules do.
    private static let probe =
        FunctionLibrary.source
        .replacing("#!lua name=waitable", with: "#!lua name=twins")
        .replacing("'waitable_' ..", with: "'twins_' ..") + """

            local documents, instants, names = require 'documents', require 'instants', require 'names'
            local decimals, values, starts = require 'decimals', require 'values', require 'starts'
            local texts = require 'texts'
            local readers = {
                instants = function(text) return string.format('%.0f', instants.parse(text, 'text')) end,
                names = function(text) return names.checkName(text, 'text') end,
                decimals = function(text)
                    local decimal = decimals.parse(text)
                    return decimal and not decimals.problem(decimal) and decimals.text(decimal) or nil
                end,
                values = function(text) return values.encoded(values.fromStored(text)) end,
                starts = function(text)
                    local item = starts.readItem(text)
                    return item.StartTimestamp .. (item.Id and ' ' .. item.Id or '')
                end,
                texts = function(text) return string.format('%.0f', texts.textsIn(string.rep(text, 300))) end,
                heads = function(text)
                    local letter = documents.status(text)
                    if not letter then return nil end
                    local _, rest = documents.split(text)
                    local head = documents.headOf(rest)
                    local parent = head.parent and head.parent.task .. head.parent.mark .. head.parent.name
                    local function whole(number) return number and string.format('%.0f', number) or '-' end
                    return table.concat({letter, head.revision or '-', whole(head.start), parent or '-', head.awaited or '-',
                        whole(head.ends), whole(head.limit)}, ' ')
                end,
            }
            redis.register_function {
                function_name = 'twins_read',
                callback = function(_, args)
                    local succeeded, text = pcall(readers[args[1]], args[2])
                    if succeeded then return text or false end
                    if type(text) == 'table' and text.refusal then return false end
                    return redis.error_reply('ERR ' .. tostring(text))
                end,
                flags = {'no-writes'},
            }
            """

    /// A JSON text as Swift writes it.
    private static func plain(_ text: String) -> String? { try? JSON(parsing: text).text }

    /// A vector's text with some scalars put in, taken out or made others.
    private static func changed(_ text: String, using random: inout SeededRandom) -> String {
        var scalars = Array(text.unicodeScalars.prefix(200))
        let others = Array("0123456789+-.eETZ: \"\\{}[],nullé😀\u{0}\u{7F}\n/aAzZ_".unicodeScalars)
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let place = Int.random(in: 0...scalars.count, using: &random)
            let other = others[Int.random(in: 0..<others.count, using: &random)]
            switch Int.random(in: 0..<3, using: &random) {
            case 0: scalars.insert(other, at: place)
            case 1 where place < scalars.count: scalars.remove(at: place)
            default: if place < scalars.count { scalars[place] = other }
            }
        }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }

    @Test("both read texts made at random alike", arguments: ["instants", "names", "decimals", "values"])
    func random(kind: String) async throws {
        let client = try #require(RedisServerTrait.client)
        _ = try await client.send(RedisCommand("FUNCTION", "LOAD", "REPLACE", Self.probe))
        let read = try #require(Self.readers.first { $0.kind == kind }).read
        let vectors = try #require(Self.vectors[kind])
        var random = SeededRandom(seed: 17)
        var refused = 0
        for _ in 0..<20 {
            let texts = (0..<100).map { _ in
                Self.changed(vectors[Int.random(in: 0..<vectors.count, using: &random)].text, using: &random)
            }
            let replies = try await client.send(texts.map { RedisCommand("FCALL", "twins_read", "0", kind, $0) })
            for (text, reply) in zip(texts, replies) {
                // How a text is escaped is left to each.
                let isJSON = kind == "values"
                let expected = isJSON ? read(text).flatMap(Self.plain) : read(text)
                let found = isJSON ? reply.string.flatMap(Self.plain) : reply.string
                refused += expected == nil ? 1 : 0
                #expect(found == expected, "Swift and Lua read \(kind) otherwise: \(text.debugDescription)")
            }
        }
        #expect((kind == "values" ? 0...0 : 20...1_980).contains(refused), "\(refused)")
    }

    @Test("both read the same, and refuse the same")
    func vectors() async throws {
        let client = try #require(RedisServerTrait.client)
        _ = try await client.send(RedisCommand("FUNCTION", "LOAD", "REPLACE", Self.probe))
        for (kind, read) in Self.readers {
            let vectors = try #require(Self.vectors[kind])
            #expect(vectors.count >= 8, "\(kind)")
            for vector in vectors {
                #expect(read(vector.text) == vector.reads, "Swift reads \(kind) otherwise: \(vector.text)")
                let reply = try await client.send(RedisCommand("FCALL", "twins_read", "0", kind, vector.text))
                #expect(reply.string == vector.reads, "Lua reads \(kind) otherwise: \(vector.text)")
            }
        }
    }
}
