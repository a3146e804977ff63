"""Random expressions of JSONata, over all of its parts and functions, with the edges of each.

There is no null among them: the implementation that they are compared with takes it for nothing. Nor is there what is known to be
its own fault, such as places with a fraction that count from the end.
"""

NUMBERS = ["0", "1", "-1", "2", "3", "7", "10", "12", "1.5", "-2.5", "0.1", "0.005", "2.675", "1e3", "1e20", "1e21", "1.0e-7", "123456789",
           "1234.5678", "0.30000000000000004", "9007199254740993", "1e-10", "100", "255", "65535", "-0.5", "3.5", "4.5", "99.995"]
TEXTS = ["", "a", "abc", "Hello World", "hello", "ABC", "a-b-c", "1", "12.50", "true", "é", "日本", "😀x", "  a  b ", "a,b,,c", "x y\\tz", "nul",
         "0x10", "-3e2", "aaa", "foo bar foo", "2017-05-15T15:12:59.152Z", "2018-12-01", "a\\nb", "ß", "İ", "%41+b", "&=?/ #"]
FIELDS = ["a", "b", "c", "d", "e", "list", "rows", "rows.id", "rows.name", "rows.tags", "deep.x", "deep.x.y", "deep.*", "deep.**.z", "none",
          "empty", "single", "nested", "mixed", "text", "num", "flag", "objs", "objs.k", "objs.v", "`odd name`", "nested.n", "*", "**.id"]
INPUT = {
    "a": 1, "b": "two", "c": [1, 2, 3], "d": {"x": 1, "y": [4, 5]}, "e": [], "list": [3, 1, 2, 1], "empty": {}, "single": [7],
    "rows": [{"id": 1, "name": "n1", "tags": ["x", "y"], "p": 2.5}, {"id": 2, "name": "n2", "tags": [], "p": 10},
             {"id": 3, "name": "n1", "tags": "z", "p": -1}, {"id": 4, "p": 0.1}],
    "deep": {"x": {"y": {"z": 1}}, "w": [{"z": 2}, {"z": [3, 4]}]}, "nested": [[1, 2], [3, [4, 5]], [], {"n": [6]}],
    "mixed": [1, "a", True, {"k": 1}, [2, "b"], 1.5], "text": "The quick brown fox", "num": 12.5, "flag": False,
    "objs": [{"k": "p", "v": 1}, {"k": "q", "v": [2, 3]}, {"k": "p", "v": 4}, {"k": "r"}], "odd name": "odd",
}
PATTERNS = ["/a/", "/[a-z]+/", "/o/i", "/(\\w+)\\s(\\w+)/", "/^a/", "/a$/", "/(a)(x)?/", "/[^,]/", "/\\d+(\\.\\d+)?/", "/(?:fo)(o)/",
            "/a|b/", "/a{2}/", "/.+?/", "/\\bfoo\\b/", "/^b/m", "/(.)\\1/", "/o(?=r)/", "/\\//"]
REPLACEMENTS = ["x", "", "$0", "$1", "$1$2", "$2-$1", "$$", "$10", "$01", "[$0]", "$", "$a", "$3", "$12x"]
NUMBER_PICTURES = ["0", "#", "#,##0", "#,##0.00", "0.0", "00.00", "#.##", "0.###", "#0.0#", "0%", "#,##0.0%", "0\u2030", "0.00e0", "#0.0e00", "00.###e0",
                   "#,###,##0", "#,#,##0.0", "0.0,0", "0;(0)", "#,##0.00;-#", "$#,##0.00", "x0y", "#", ".0", ".#", "0.", "#.", "0,0", "#,##,##0.00",
                   "", "0.0.0", "0%\u2030", "0e", "e0", "0;0;0", "0,,0", "0#", "#.0#0", "0.#0", "ab", "0,", ",0", "0 a 0", "001", "#e0", "0e0", "000e00"]
INTEGER_PICTURES = ["0", "1", "01", "001", "#", "#,##0", "#0", "a", "A", "i", "I", "w", "W", "Ww", "w;o", "1;o", "Ww;o", "I;o", "0;o", "#,##0;o", "#'###'##0", "\u0661",
                    "\u0661\u0661", "\u03b1", "B", "", "0,00,0", "1,0,0", "W;o", "#:##0", "00#", "\uff11", "01;c", "w;", "#,#0"]
INTEGERS = ["0", "1", "2", "3", "4", "5", "8", "9", "10", "11", "12", "13", "15", "19", "20", "21", "22", "23", "26", "27", "42", "52", "53", "99", "100", "101", "112",
            "123", "702", "703", "999", "1000", "1001", "1999", "2024", "3999", "4000", "12345", "100000", "123456", "1000000", "1234567890", "1e12", "1e15", "-1",
            "-12", "-1000", "1.5", "99.9", "-0.5", "1e18"]
DATE_PICTURES = ["[Y]", "[Y0001]-[M01]-[D01]", "[Y]-[M]-[D]", "[D1o] [MNn] [Y]", "[MNn,*-3] [D], [Y]", "[FNn], [D1o] [MNn]", "[F0]", "[F]", "[FN,3-3]", "[W]", "[W01]",
                 "[w]", "[X]", "[X0001]-W[W01]-[F1]", "[d]", "[d001]", "[H]:[m]:[s]", "[H01]:[m01]:[s01].[f001]", "[h]:[m01] [P]", "[h#1][PN]", "[h][Pn]", "[f]", "[f01]",
                 "[f0001]", "[Z]", "[z]", "[Z0]", "[Z01:01]", "[Z0101]", "[z01:01]", "[Z01:01t]", "[Z0101t]", "[ZN]", "[YI]", "[MI]-[D]", "[Yw]", "[YWw]", "[Dwo]", "[DWwo]",
                 "[M,2-2]", "[Y,2]", "[Y,2-2]", "[Y,*-2]", "[Y,4]", "[D,3]", "[s,2]", "[m]", "[Mn]", "[MN]", "[MNn,3-3]", "[xNn]", "[C]", "[E]", "[Q]", "[", "[[x]]", "[Y",
                 "[Y]]", "[ Y0001 ]", "[Ya]", "[DA]", "[YI;x]", "week [W] of [x]", "[M01]/[D01]/[Y0001] at [H01]:[m01]", "[P]", "[H][h]", "[Y#,##0]", "[Y9,999,*]"]
MOMENTS = ["0", "1", "1000", "1521801216617", "1526601600000", "-1", "-62135596800000", "1483228800000", "1514678400000", "951782400000", "1709164800123", "253402300799999",
           "1e12", "1609459199999", "86400000", "1704067200000", "1230768000000"]
ZONES = ["+0000", "+0100", "-0500", "+0530", "-0330", "+1400", "0000", "Z", "+01:00", "+1", ""]
DATES = ["2018-04-03T01:00:00Z", "2018-04-03", "2018", "2018-04", "2018-04-03T01:00:00.123+02:00", "12/31/2020", "Monday 3rd April 2018", "3rd April 2018", "xx",
         "2018-W14-2", "2018-093", "10:15pm", "12:00 am", "12:30 AM", "twenty-first of August", "MMXVIII", "two thousand and eighteen", "April 3, 2018", "2018-13-45", "1:5:9",
         "Tuesday", "2018-4-3", "23:59:60", "0001-01-01", "31 February 2020"]


class Expressions:
    """Makes expressions by the choices that it is given."""

    def __init__(self, choices):
        self.r = choices

    def one(self):
        kind = self.r.random()
        depth = self.r.choice([1, 2, 2, 3])
        if kind < 0.45:
            return self.call()
        if kind < 0.7:
            return self.path(depth)
        return self.any(depth)

    def pick(self, *makers):
        return self.r.choice(makers)()

    def text_literal(self):
        return '"' + self.r.choice(TEXTS) + '"'

    @staticmethod
    def quoted(text):
        return '"' + text + '"'

    def field(self):
        return self.r.choice(FIELDS)

    def any(self, depth):
        if depth <= 0:
            return self.pick(lambda: self.r.choice(NUMBERS), self.text_literal, self.field, self.field, lambda: self.r.choice(
                ["true", "false", "[]", "{}", "$", "$$", "$nothing", "none", "[1,2,3]", "[[1]]", "(1)", "[[]]", "[1..3]"]))
        return self.pick(
            lambda: self.path(depth), self.call, lambda: self.binary(depth), lambda: self.array(depth), lambda: self.object(depth),
            lambda: self.block(depth), lambda: self.conditional(depth), lambda: self.call(), lambda: self.lambdas(depth),
            lambda: self.any(depth - 1), lambda: "-" + self.r.choice(["a", "num", "(1+2)", "1", "none", "b", "c"]))

    def binary(self, depth):
        operator = self.r.choice(["+", "-", "*", "/", "%", "&", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in", "&", "=", "in", "~>", "??", "?:", ".."])
        left, right = self.any(depth - 1), self.any(depth - 1)
        if operator == "~>":
            right = self.r.choice(["$sum", "$count", "$string", "$uppercase", "$length()", "$map(function($x){$x})", "$substring(1)", "$keys", "$join", "$boolean",
                                   "|$|{'z':1}|", "/a/", "$type", "$reverse", "$nothing", "($string ~> $length)", "$substringBefore(' ')"])
        if operator == "..":
            return f"[{self.r.choice(['0', '1', '-1', 'a', '1.5', 'none', 'b', '3'])}..{self.r.choice(['0', '2', '3', 'a', '2.5', 'none', 'b', 'num', 'true'])}]"
        return f"{self.wrap(left)} {operator} {self.wrap(right)}"

    def wrap(self, text):
        return f"({text})" if self.r.random() < 0.5 else text

    def array(self, depth):
        return "[" + ", ".join(self.any(depth - 1) for _ in range(self.r.randrange(0, 4))) + "]" + self.r.choice(["", "", "", "[]", "[0]", "[-1]", ".$", ".a"])

    def object(self, depth):
        pairs = [f"{self.r.choice([self.text_literal(), 'b', 'text', '$string(a)', 'a', 'none', 'rows.name'])}: {self.any(depth - 1)}"
                 for _ in range(self.r.randrange(0, 3))]
        return "{" + ", ".join(pairs) + "}" + self.r.choice(["", "", "", ".*", ".a", ".**"])

    def block(self, depth):
        return self.r.choice([
            lambda: f"($x := {self.any(depth - 1)}; $x)", lambda: f"($x := {self.any(depth - 1)}; [$x, $x])",
            lambda: f"({self.any(depth - 1)}; {self.any(depth - 1)})", lambda: "()",
            lambda: f"($f := function($n){{$n <= 1 ? 1 : $n * $f($n - 1)}}; $f({self.r.choice(['0', '5', '10', '20'])}))",
            lambda: f"($x := 1; ($x := {self.any(depth - 1)}; $x); $x)", lambda: f"{self.field()}.($y := $; $y)",
            lambda: f"($f := $substring(?, {self.r.choice(['0', '1', '-2'])}, ?); $f({self.text_literal()}, 2))",
        ])()

    def conditional(self, depth):
        return self.r.choice([
            f"{self.wrap(self.any(depth - 1))} ? {self.any(depth - 1)} : {self.any(depth - 1)}", f"{self.wrap(self.any(depth - 1))} ? {self.any(depth - 1)}",
            f"{self.wrap(self.any(depth - 1))} ?: {self.any(depth - 1)}", f"{self.wrap(self.any(depth - 1))} ?? {self.any(depth - 1)}"])

    def lambdas(self, depth):
        body = self.r.choice(["$x", "$x * 2", "$x & '!'", "[$x]", "{'v': $x}", "$x > 1", "$string($x)", "$x.a", "$type($x)", "($x; $i)", "$i", "$x + $i"])
        return self.r.choice([
            f"$map({self.any(depth - 1)}, function($x, $i){{{body}}})", f"$filter({self.any(depth - 1)}, function($x, $i){{{body}}})",
            f"$single({self.any(depth - 1)}, function($x, $i){{{body}}})", f"$each({self.any(depth - 1)}, function($x, $i){{{body}}})",
            f"$sift({self.any(depth - 1)}, function($x, $i){{{body}}})", f"function($x, $i){{{body}}}({self.any(depth - 1)}, 1)",
            f"$reduce({self.any(depth - 1)}, function($p, $x){{{self.r.choice(['$p + $x', '$p & $x', '$append($p, $x)', '$x', '[$p, $x]', '$max([$p, $x])'])}}}"
            + self.r.choice([")", ", 0)", ", '')", ", [])"]),
            f"$sort({self.any(depth - 1)}, function($l, $r){{{self.r.choice(['$l > $r', '$l.id < $r.id', '$string($l) > $string($r)', 'true', 'false'])}}})",
            f"λ($x, $i)<{self.r.choice(['n-n:n', 's-:s', 'a<n>-:n', 'x-x:x', '(ns)-:x', 'j-:j', 'b?x:x', 'n+:n', 'o-n?:x', 'l:x', 'u-:x'])}>{{{body}}}({self.any(depth - 1)})",
            f"{self.field()} ~> $map(function($x){{{body.replace('$i', '0')}}})",
        ])

    def predicate(self):
        return self.r.choice(["[0]", "[-1]", "[1]", "[[0,1]]", "[[0..1]]", "[id > 1]", "[id = 2]", "[$ > 1]", "[name = 'n1']", "[none]", "[tags]", "[]", "[true]", "[false]", "[0.9]",
                              "[1.9]", "[p < 5]", "[k = 'p']", "['a']", "[$type($) = 'number']", "[10]", "[[]]", "[{}]", "[[-1,0]]", "[$ = 1]", "[name = 'n1'][0]",
                              "[$$.a]", "[id in [1,3]]", "[%.a = 1]"])

    def step(self):
        return self.r.choice(["id", "name", "tags", "p", "k", "v", "*", "**", "$", "x", "y", "z", "n", "(id)", "$string()", "$string($)", "[id, p]", "{'i': id}", "{name: p}", "(id + 1)",
                              "%", "%.%", "$count($)", "$type($)", "`odd name`", "'x'", '"name"', "(tags; p)", "$$.a", "[$]", "(function($q){$q})($)", "$uppercase(name)", "none", "w", "%.id"])

    def path(self, depth):
        text = self.r.choice(FIELDS + ["rows", "rows", "objs", "nested", "deep", "$", "$$", "[1,2,3]", "(rows)", "rows@$r", "objs@$o", "rows#$i", "list#$i"])
        for _ in range(self.r.randrange(0, depth + 1)):
            turn = self.r.random()
            if turn < 0.35:
                text += self.predicate()
            elif turn < 0.75:
                text += "." + self.step()
            elif turn < 0.85:
                text += self.r.choice(["^(id)", "^(>id)", "^(name, >id)", "^(p)", "^(<p, >name)", "^($)", "^(k)", "^(none)", "^(>$)", "^(tags)", "^(v)", "^(id > 2)"])
            elif turn < 0.93:
                text += self.r.choice(["{name: id}", "{name: $sum(p)}", "{$string(id): name}", "{k: v}", "{k: $count(v)}", "{'all': $}", "{name: {'i': id}}", "{id: p}", "{none: 1}"])
            else:
                text += self.r.choice([".{'r': $r.id, 'n': name}", ".$i", ".[$i, $]", "[$i > 1]", "[$r.id > 1]", ".($r.name & $string(id))", "#$j", "@$q.$q", "#$j[$j=1]", ".{'i':$i}"])
        return text

    def text(self):
        return self.pick(self.text_literal, self.text_literal, self.text_literal, lambda: self.r.choice(["text", "b", "none", "a", "c", "$string(num)", "rows.name"]))

    def number(self):
        return self.pick(lambda: self.r.choice(NUMBERS), lambda: self.r.choice(NUMBERS), lambda: self.r.choice(["a", "num", "none", "b", "c[0]", "-1", "true", "$sum(list)"]))

    def some(self):
        return self.pick(self.field, self.number, self.text, lambda: self.any(1), lambda: self.r.choice(["[]", "{}", "[1,2,3]", "['b','a']", "[[1],[2]]", "true", "$sum", "/a/"]))

    def small(self):
        return self.r.choice(["0", "1", "2", "3", "-1", "-2", "1.5", "10", "100", "none", "-0.5", "4", "5", "8", "16", "36", "37"])

    def call(self):
        r, t, n, s = self.r, self.text, self.number, self.some
        q = lambda pool: self.quoted(r.choice(pool))
        args = {
            "string": lambda: r.choice([s(), s() + ", true", s() + ", false", "$", "[" + n() + "]", n() + "/3", n() + "*" + n()]), "length": t,
            "substring": lambda: f"{t()}, {self.small()}" + r.choice(["", f", {self.small()}"]), "substringBefore": lambda: f"{t()}, {t()}",
            "substringAfter": lambda: f"{t()}, {t()}", "uppercase": t, "lowercase": t, "trim": t,
            "pad": lambda: f"{t()}, {self.small()}" + r.choice(["", f", {t()}"]), "contains": lambda: f"{t()}, {r.choice([t(), r.choice(PATTERNS)])}",
            "split": lambda: f"{t()}, {r.choice([t(), r.choice(PATTERNS)])}" + r.choice(["", f", {self.small()}"]),
            "join": lambda: r.choice([f"['a','b'], {t()}", s(), f"{s()}, {t()}", "rows.name, '-'", "['x'], 1"]),
            "match": lambda: f"{t()}, {r.choice(PATTERNS)}" + r.choice(["", f", {self.small()}"]),
            "replace": lambda: f"{t()}, {r.choice([t(), r.choice(PATTERNS)])}, {r.choice([q(REPLACEMENTS), t(), 'function($m){$uppercase($m.match)}', 'function($m){1}'])}"
            + r.choice(["", f", {self.small()}"]),
            "eval": lambda: r.choice(["'1+2'", "'a'", "'$sum(c)'", "'[1,'", "'a', {'a': 9}", "'$$.a'", t()]), "base64encode": t,
            "base64decode": lambda: r.choice(["'aGVsbG8='", "'w6k='", "''", "none", "1"]), "encodeUrl": t, "encodeUrlComponent": t, "decodeUrl": t, "decodeUrlComponent": t,
            "number": lambda: r.choice([t(), n(), "true", "'0x1F'", "'0b101'", "'0o17'", "'1e5'", "'-'", "[1]", "{}"]), "abs": n, "floor": n,
            "ceil": n, "round": lambda: n() + r.choice(["", f", {self.small()}"]), "power": lambda: f"{n()}, {self.small()}", "sqrt": n,
            "formatNumber": lambda: f"{r.choice(NUMBERS)}, {q(NUMBER_PICTURES)}" + r.choice(["", "", "", ", {'decimal-separator': ',', 'grouping-separator': '.'}", ", {'zero-digit': '\u0660'}",
                                                                            ", {'minus-sign': '~'}", ", {'percent': 'pc'}", ", {'exponent-separator': 'E'}", ", {'digit': '!'}",
                                                                            ", {'pattern-separator': '|'}"]),
            "formatBase": lambda: n() + r.choice(["", f", {self.small()}"]), "formatInteger": lambda: f"{r.choice(INTEGERS)}, {q(INTEGER_PICTURES)}",
            "parseInteger": lambda: r.choice([f"$formatInteger({r.choice(INTEGERS)}, {q(INTEGER_PICTURES)}), {q(INTEGER_PICTURES)}", f"'twelve', 'w'", "'one hundred and first', 'w;o'", "'MCMXCIX', 'I'",
                                              "'1,234', '#,##0'", "'xyz', 'a'", "'12th', '0;o'", f"{t()}, {q(INTEGER_PICTURES)}", "none, '0'", "'ONE THOUSAND', 'W'", "'-12', '0'", "'two million, one', 'w'"]),
            "sum": s, "max": s, "min": s, "average": s, "boolean": s, "not": s, "exists": s, "count": s, "append": lambda: f"{s()}, {s()}",
            "sort": lambda: r.choice(["list", "rows.name", "['b','a','C']", s(), "mixed", "[3,1,2]", "[1,'a']", "rows"]), "reverse": s, "distinct": s,
            "zip": lambda: r.choice(["[1,2],[3,4]", "[1],[2,3]", "c", f"{s()}, {s()}", "[1,2,3],['a','b'],[true]"]), "keys": s,
            "lookup": lambda: f"{s()}, {r.choice(['a', 'k', 'id', 'x', 'none'])!r}", "spread": s, "merge": s, "type": s,
            "fromMillis": lambda: f"{r.choice(MOMENTS)}" + r.choice(["", f", {q(DATE_PICTURES)}", f", {q(DATE_PICTURES)}", f", {q(DATE_PICTURES)}, {q(ZONES)}", f", none, {q(ZONES)}"]),
            "toMillis": lambda: r.choice([f"{q(DATES)}", f"{q(DATES)}, {q(DATE_PICTURES)}", f"$fromMillis({r.choice(MOMENTS)}, {q(DATE_PICTURES)}), {q(DATE_PICTURES)}",
                                          *[f"$fromMillis({r.choice(MOMENTS)}, {p}), {p}" for p in [q(DATE_PICTURES)]] * 3]),
            "error": lambda: r.choice(["", t(), n()]), "assert": lambda: r.choice([f"{s()}", f"{s()}, {t()}", "true, 'x'", "false, 'x'", "false"]), "clone": s,
        }
        name = r.choice(sorted(args))
        if r.random() < 0.15:
            return r.choice([f"{s()} ~> ${name}()", f"${name}({s()}, {s()})", f"${name}()", f"{self.field()}.${name}()", f"${name}({s()})", f"${name}({s()}, {s()}, {s()})"])
        return f"${name}({args[name]()})"
