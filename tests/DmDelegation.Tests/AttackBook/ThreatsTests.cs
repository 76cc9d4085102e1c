using System.Globalization;
using System.Text.RegularExpressions;

namespace DmDelegation.Tests.AttackBook;

/// <summary>The table of 13.2 is the table here, and what it says of a test is so.</summary>
[TestClass]
public sealed partial class ThreatsTests
{
    [TestMethod]
    public void Every_threat_of_the_table_is_in_the_book()
    {
        // T37 does not exist.
        Assert.AreSequenceEqual(Enumerable.Range(1, 43).Where(number => number != 37), Threats.Rows.Select(row => row.Number));
        Assert.IsTrue(Threats.Rows.All(row => row.Threat.Length > 0 && row.Untried is not ""));
    }

    [TestMethod]
    public void Every_threat_has_its_test_or_the_reason_why_not()
    {
        var tried = typeof(Threats).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(Threats).Namespace)
            .SelectMany(type => type.GetMethods())
            .Where(method => method.IsDefined(typeof(TestMethodAttribute), inherit: false))
            .SelectMany(method => Number().Matches(method.Name))
            .Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))
            .Distinct()
            .Order();
        Assert.AreSequenceEqual(Threats.Rows.Where(row => row.Untried is null).Select(row => row.Number), tried);
    }

    [GeneratedRegex("_T([0-9]{2})_")]
    private static partial Regex Number();
}
