using System.Text.RegularExpressions;

namespace DmDelegation.Tests.Scenarios;

/// <summary>Every scenario has its test or is named as missing, and the list of what is missing is about nothing else.</summary>
[TestClass]
public sealed partial class NotYetTests
{
    /// <summary>Numbers of the scenarios of 17.1 to 17.10 by their part, as the tables there give them.</summary>
    private const string Core = """
        001 002 003 004 005 006 007 008 011 012 013 014 015 016 017 018 020 022 023 025 030 031 032 033 034 036 037 038 039 040
        041 042 043 044 045 046 047 048 050 051 053 054 056 060 062 063 064 065 071 072 073 074 075 076 077 079 084 085 086 087
        089 093 100 101 106 112 118 130 131 133 135 138 140 150 151 152 153 156 159 160 161 163 165 166 169 170 171 172 180 182
        183 184 200 201 202 203 204 207 212 213 214 215 220 221 222 223 224 228 234 240 241 242 243 244 245 246 247 248 249 252
        253 254 256
        """;

    private const string Full = """
        009 010 021 035 049 055 058 059 066 067 068 069 070 080 081 082 083 088 091 092 094 102 103 104 105 107 108 109 110 111
        114 115 116 117 119 120 121 123 124 132 134 139 141 154 155 157 158 162 164 167 168 173 174 175 181 185 186 187 188 189
        190 191 192 193 194 195 206 208 210 211 216 217 225 226 227 229 230 231 232 233 235 236 237 250 251 255
        """;

    private const string Dm = "024 078 090 122 205 209";

    private static readonly HashSet<string> Tested = [.. typeof(NotYetTests).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods())
        .Where(method => method.IsDefined(typeof(TestMethodAttribute), inherit: false))
        .SelectMany(method => ScenarioNumber().Matches(method.Name))
        .Select(match => "S-" + match.Groups[1].Value)];

    private static readonly string[] Scenarios = [.. Numbers(Core), .. Numbers(Full), .. Numbers(Dm)];

    private static readonly string[] Missing = [.. NotYet.Rows.Where(row => row.Case == NotYet.Whole).Select(row => row.Scenario)];

    [TestMethod]
    public void Every_core_scenario_has_a_test() =>
        Assert.AreEqual("", string.Join(' ', Numbers(Core).Where(scenario => !Tested.Contains(scenario))));

    [TestMethod]
    public void Every_other_scenario_has_a_test_or_is_named_as_missing() =>
        Assert.AreEqual("", string.Join(' ', Scenarios.Where(scenario => !Tested.Contains(scenario) && !Missing.Contains(scenario))));

    [TestMethod]
    public void What_has_a_test_is_not_named_as_missing() => Assert.AreEqual("", string.Join(' ', Missing.Where(Tested.Contains)));

    [TestMethod]
    public void No_test_carries_a_number_that_is_no_scenario() =>
        Assert.AreEqual("", string.Join(' ', Tested.Where(scenario => !Scenarios.Contains(scenario))));

    [TestMethod]
    public void What_is_not_yet_asserted_is_a_case_of_a_scenario()
    {
        foreach (var (scenario, left, reason) in NotYet.Rows)
        {
            Assert.Contains(scenario, Scenarios);
            Assert.IsTrue(left.Length > 0 && reason.Length > 0);
        }

        Assert.HasCount(NotYet.Rows.Length, NotYet.Rows.Select(row => (row.Scenario, row.Case)).Distinct().ToList());
    }

    private static IEnumerable<string> Numbers(string part) => part.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(number => "S-" + number);

    [GeneratedRegex("(?<![A-Za-z0-9])S_([0-9]{3})(?![0-9])")]
    private static partial Regex ScenarioNumber();
}
