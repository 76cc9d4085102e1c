using System.Reflection;
using DmDelegation.Engine;

namespace DmDelegation.Tests.Architecture;

/// <summary>The log vocabulary: a number means one thing for ever.</summary>
[TestClass]
public sealed class LogCodeTests
{
    private const BindingFlags Static = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [TestMethod]
    public void No_log_code_number_is_used_twice() =>
        Repository.AssertNone(
            All().GroupBy(entry => entry.Code.Number).Where(group => group.Count() > 1)
                .Select(group => $"{group.Key}: {string.Join(", ", group.Select(entry => entry.Name))}"),
            "numbers used twice:");

    [TestMethod]
    public void Every_log_code_has_a_number_of_four_digits_and_a_meaning()
    {
        var codes = All().ToList();
        Assert.IsNotEmpty(codes);
        Repository.AssertNone(
            codes.Where(entry => entry.Code.Number is < 1000 or > 9999 || string.IsNullOrWhiteSpace(entry.Code.Meaning)).Select(entry => entry.Name),
            "without number or meaning:");
    }

    private static IEnumerable<(string Name, LogCode Code)> All() =>
        Repository.Assemblies.Values.Select(Assembly.Load)
            .SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetFields(Static))
            .Where(field => field.FieldType == typeof(LogCode))
            .Select(field => ($"{field.DeclaringType!.Name}.{field.Name}", (LogCode)field.GetValue(null)!));
}
