using System.Text.RegularExpressions;

namespace DmDelegation.Tests.Conformance;

/// <summary>A test that names a requirement in its name.</summary>
/// <param name="Name">Class and method.</param>
/// <param name="File">Source file, from the root of the repository.</param>
/// <param name="Line">Line of the test.</param>
/// <param name="Ids">The requirements it names.</param>
public sealed partial record NamingTest(string Name, string File, int Line, IReadOnlyList<string> Ids)
{
    /// <summary>Every test of this assembly that names at least one requirement.</summary>
    public static IReadOnlyList<NamingTest> All { get; } =
    [
        .. from type in typeof(NamingTest).Assembly.GetTypes()
           from method in type.GetMethods()
           let attribute = method.GetCustomAttributes(typeof(TestMethodAttribute), inherit: false).OfType<TestMethodAttribute>().FirstOrDefault()
           where attribute is not null
           let ids = IdPattern().Matches(method.Name).Select(match => $"{match.Groups[1].Value}-{match.Groups[2].Value}").Where(Requirement.All.ContainsKey).ToList()
           where ids.Count > 0
           select new NamingTest($"{type.Name}.{method.Name}", Relative(attribute.DeclaringFilePath), attribute.DeclaringLineNumber ?? 0, ids),
    ];

    /// <summary>The tests of each requirement that has one.</summary>
    public static ILookup<string, NamingTest> ById { get; } =
        All.SelectMany(test => test.Ids, (test, id) => (id, test)).ToLookup(pair => pair.id, pair => pair.test, StringComparer.Ordinal);

    private static string Relative(string? path) =>
        path is not null && path.IndexOf("tests/DmDelegation.Tests/", StringComparison.Ordinal) is >= 0 and var start ? path[start..] : path ?? "";

    [GeneratedRegex("(?<![A-Za-z0-9])([A-Z]{3})_([0-9]{3})(?![0-9])")]
    private static partial Regex IdPattern();
}
