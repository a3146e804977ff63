import CoreMetrics
import Dispatch
import PrometheusMetrics
import Testing

@Suite(.timeLimit(.minutes(1)))
struct PrometheusRegistryTests {
    @Test("counters, gauges and readings are written by name, then by label, with help and type")
    func text() {
        let registry = PrometheusRegistry(descriptions: [
            MetricDescription(name: "jobs_total", help: "Jobs, by \\ outcome\nand more."),
            MetricDescription(name: "depth", help: "How deep."),
        ])
        Counter(label: "jobs_total", dimensions: [("result", "ok")], factory: registry).increment(by: 3)
        Counter(label: "jobs_total", dimensions: [("result", "bad")], factory: registry).increment()
        Counter(label: "jobs_total", dimensions: [("result", "ok")], factory: registry).increment()
        Gauge(label: "depth", factory: registry).record(2.5)
        let reading = MetricSample(name: "held", help: "Held.", kind: .gauge, labels: [("by", "one")], value: 7)
        #expect(
            registry.text(with: [reading]) == """
                # HELP depth How deep.
                # TYPE depth gauge
                depth 2.5
                # HELP held Held.
                # TYPE held gauge
                held{by="one"} 7
                # HELP jobs_total Jobs, by \\\\ outcome\\nand more.
                # TYPE jobs_total counter
                jobs_total{result="bad"} 1
                jobs_total{result="ok"} 4

                """
        )
    }

    @Test("a histogram's buckets are cumulative, each bound belongs to its bucket, and the last one has all")
    func histogram() {
        let registry = PrometheusRegistry(descriptions: [
            MetricDescription(name: "wait_seconds", help: "", buckets: [1, 0.1, 1, .infinity])
        ])
        let timer = Timer(label: "wait_seconds", dimensions: [("route", "/")], factory: registry)
        for nanoseconds in [50_000_000, 100_000_000, 100_000_001, 1_000_000_000, 5_000_000_000] as [Int64] {
            timer.recordNanoseconds(nanoseconds)
        }
        #expect(
            registry.text() == """
                # TYPE wait_seconds histogram
                wait_seconds_bucket{route="/",le="0.1"} 2
                wait_seconds_bucket{route="/",le="1"} 4
                wait_seconds_bucket{route="/",le="+Inf"} 5
                wait_seconds_sum{route="/"} 6.250000001
                wait_seconds_count{route="/"} 5

                """
        )
    }

    @Test("what aggregates is a histogram, what does not is a gauge")
    func recorders() {
        let registry = PrometheusRegistry(buckets: [10])
        Recorder(label: "sizes", factory: registry).record(3)
        Recorder(label: "level", aggregate: false, factory: registry).record(-4)
        let meter = Meter(label: "meter", factory: registry)
        meter.set(10)
        meter.increment(by: 2.5)
        meter.decrement(by: 0.5)
        #expect(
            registry.text() == """
                # TYPE level gauge
                level -4
                # TYPE meter gauge
                meter 12
                # TYPE sizes histogram
                sizes_bucket{le="10"} 1
                sizes_bucket{le="+Inf"} 1
                sizes_sum 3
                sizes_count 1

                """
        )
    }

    @Test("names and labels are made such as Prometheus takes, and values are escaped")
    func names() {
        let registry = PrometheusRegistry()
        let labels = [("le", "a"), ("__x", "b"), ("http.route", "/\"x\"\\\n"), ("ü", "é"), ("le", "twice")]
        Counter(label: "http.server-requests", dimensions: labels, factory: registry).increment()
        Counter(label: "9lives", factory: registry).increment()
        Counter(label: "", factory: registry).increment()
        #expect(
            registry.text() == """
                # TYPE _ counter
                _ 1
                # TYPE _9lives counter
                _9lives 1
                # TYPE http_server_requests counter
                http_server_requests{_="é",http_route="/\\"x\\"\\\\\\n",label___x="b",label_le="a"} 1

                """
        )
    }

    @Test("numbers are written as Go reads them")
    func numbers() {
        let registry = PrometheusRegistry()
        let values: [(String, Double)] = [
            ("a", .nan), ("b", .infinity), ("c", -.infinity), ("d", 1e300), ("e", -0.25), ("f", 3),
        ]
        for (label, value) in values { Gauge(label: label, factory: registry).record(value) }
        let lines = registry.text().split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines == ["a NaN", "b +Inf", "c -Inf", "d 1e+300", "e -0.25", "f 3"])
    }

    @Test("label sets past the limit share one, whose values are all other")
    func bound() {
        let registry = PrometheusRegistry(
            descriptions: [MetricDescription(name: "errors_total", help: "", labelSetLimit: 2)],
            labelSetLimit: 1_000
        )
        for index in 0..<100 {
            Counter(label: "errors_total", dimensions: [("error", "E\(index)")], factory: registry).increment()
        }
        Counter(label: "errors_total", dimensions: [("error", "E1")], factory: registry).increment()
        #expect(
            registry.text() == """
                # TYPE errors_total counter
                errors_total{error="E0"} 1
                errors_total{error="E1"} 2
                errors_total{error="other"} 98

                """
        )
    }

    @Test("the order of labels makes no other series")
    func labelOrder() {
        let registry = PrometheusRegistry()
        Counter(label: "x", dimensions: [("a", "1"), ("b", "2")], factory: registry).increment()
        Counter(label: "x", dimensions: [("b", "2"), ("a", "1")], factory: registry).increment()
        #expect(registry.text().contains("x{a=\"1\",b=\"2\"} 2\n"))
    }

    @Test("a name keeps the kind that took it, and a histogram's names are taken too")
    func kinds() {
        let registry = PrometheusRegistry(buckets: [])
        Counter(label: "x", factory: registry).increment()
        Gauge(label: "x", factory: registry).record(5)
        Timer(label: "t", factory: registry).recordNanoseconds(0)
        Counter(label: "t_count", factory: registry).increment()
        let reading = MetricSample(name: "x", help: "", kind: .gauge, value: 9)
        #expect(
            registry.text(with: [reading]) == """
                # TYPE t histogram
                t_bucket{le="+Inf"} 1
                t_sum 0
                t_count 1
                # TYPE x counter
                x 1

                """
        )
    }

    @Test("a counter adds what is not whole, never goes down, and begins anew after a reset")
    func counters() {
        let registry = PrometheusRegistry()
        let counter = FloatingPointCounter(label: "x", factory: registry)
        counter.increment(by: 0.25)
        counter.increment(by: 1.5)
        counter.increment(by: -3)
        counter.increment(by: Double.nan)
        #expect(registry.text().hasSuffix("x 1.75\n"))
        counter.reset()
        #expect(registry.text().hasSuffix("x 0\n"))
    }

    @Test("what is destroyed is not written")
    func destroying() {
        let registry = PrometheusRegistry()
        let counter = Counter(label: "x", dimensions: [("a", "1")], factory: registry)
        counter.increment()
        counter.destroy()
        #expect(registry.text().isEmpty)
    }

    @Test("threads lose nothing, while others write")
    func threads() {
        let registry = PrometheusRegistry(buckets: [1])
        let counter = Counter(label: "c", factory: registry)
        let meter = Meter(label: "m", factory: registry)
        let timer = Timer(label: "t", factory: registry)
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for index in 0..<10_000 {
                counter.increment()
                meter.increment(by: 0.5)
                timer.recordNanoseconds(1_000_000_000)
                if index.isMultiple(of: 1_000) { _ = registry.text() }
            }
        }
        let lines = registry.text().split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            lines == [
                "c 80000", "m 40000", "t_bucket{le=\"1\"} 80000", "t_bucket{le=\"+Inf\"} 80000", "t_sum 80000",
                "t_count 80000",
            ]
        )
    }
}
