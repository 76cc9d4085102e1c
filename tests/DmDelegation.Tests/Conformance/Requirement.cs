namespace DmDelegation.Tests.Conformance;

/// <summary>A requirement of the specifications.</summary>
/// <param name="Id">E.g. <c>DEL-122</c>.</param>
/// <param name="Level">MUST, MUST NOT, SHOULD, SHOULD NOT, MAY; ENG and GUIDE where a digest gives its own advice.</param>
/// <param name="Text">Beginning of the rule.</param>
public sealed record Requirement(string Id, string Level, string Text)
{
    /// <summary>E.g. <c>DEL</c>.</summary>
    public string Series => Id[..3];

    /// <summary>MUST or MUST NOT.</summary>
    public bool IsMust => Level.StartsWith("MUST", StringComparison.Ordinal);

    /// <summary>SHOULD or SHOULD NOT.</summary>
    public bool IsShould => Level.StartsWith("SHOULD", StringComparison.Ordinal);

    /// <summary>All requirements, by ID.</summary>
    public static IReadOnlyDictionary<string, Requirement> All { get; } =
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Fixtures", "conformance", "requirements.tsv"))
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split('\t'))
            .ToDictionary(cells => cells[0], cells => new Requirement(cells[0], cells[1], cells[2]), StringComparer.Ordinal);
}
