using System.Text.RegularExpressions;

namespace DmDelegation.Tests.Scenarios;

/// <summary>Every core scenario has its test, and the list of what is left out is about nothing else.</summary>
[TestClass]
public sealed partial class NotYetTests
{
    /// <summary>Numbers of the core scenarios of 17.1 to 17.10.</summary>
    private const string Core = """
        001 002 003 004 005 006 007 008 011 012 013 014 015 016 017 018 020 022 023 025 030 031 032 033 034 036 037 038 039 040
        041 042 043 044 045 046 047 048 050 051 053 054 056 060 062 063 064 065 071 072 073 074 075 076 077 079 084 085 086 087
        089 093 100 101 106 112 118 130 131 133 135 138 140 150 151 152 153 156 159 160 161 163 165 166 169 170 171 172 180 182
        183 184 200 201 202 203 204 207 212 213 214 215 220 221 222 223 224 228 234 240 241 242 243 244 245 246 247 248 249 252
        253 254 256
        """;

    private static readonly HashSet<string> Tested = [.. typeof(NotYetTests).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods())
        .Where(method => method.IsDefined(typeof(TestMethodAttribute), inherit: false))
        .SelectMany(method => ScenarioNumber().Matches(method.Name))
        .Select(match => "S-" + match.Groups[1].Value)];

    /// <summary>Scenarios marked <c>full</c> that need Exec on nodes of the device.</summary>
    private static readonly string[] WithoutBindings = ["S-114", "S-206"];

    private static readonly string[] Scenarios = [.. Core.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(number => "S-" + number)];

    [TestMethod]
    public void Every_core_scenario_has_a_test() =>
        Assert.AreEqual("", string.Join(' ', Scenarios.Where(scenario => !Tested.Contains(scenario))));

    [TestMethod]
    public void What_is_not_yet_asserted_is_a_case_of_a_scenario()
    {
        foreach (var (scenario, left, reason) in NotYet.Rows)
        {
            Assert.Contains(scenario, [.. Scenarios, .. WithoutBindings]);
            Assert.IsTrue(left.Length > 0 && reason.Length > 0);
        }

        Assert.HasCount(NotYet.Rows.Length, NotYet.Rows.Select(row => (row.Scenario, row.Case)).Distinct().ToList());
    }

    [GeneratedRegex("(?<![A-Za-z0-9])S_([0-9]{3})(?![0-9])")]
    private static partial Regex ScenarioNumber();
}
