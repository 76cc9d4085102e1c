using System.Collections.Immutable;
using System.Text.Json;

namespace DmDelegation.Agent.Configuration;

/// <summary>Something in the configuration that keeps the agent from starting, or is only worth a warning.</summary>
/// <param name="File">The file it stands in.</param>
/// <param name="Key">The key; empty if it is the file as a whole.</param>
/// <param name="Value">The value as it stands there; empty if there is none.</param>
/// <param name="Text">What is allowed, or what is wrong.</param>
internal sealed record ConfigurationProblem(string File, string Key, string Value, string Text)
{
    /// <summary>One line for people.</summary>
    public override string ToString() =>
        File + (Key.Length > 0 ? $": {Key}" : "") + (Value.Length > 0 ? $" = {Value}" : "") + $": {Text}";
}

/// <summary>A value and where it comes from.</summary>
/// <param name="Key">Key.</param>
/// <param name="Value">The value as JSON; undefined if there is neither value nor default.</param>
/// <param name="Origin">File, <c>environment NAME</c>, <c>credential NAME</c>, or <c>default</c>.</param>
/// <param name="Overrode">What it took the place of, the nearest first.</param>
/// <param name="Allowed">Allowed range.</param>
/// <param name="Meaning">What the key is for.</param>
internal sealed record ConfiguredValue(string Key, JsonElement Value, string Origin, ImmutableArray<OverriddenValue> Overrode, string Allowed, string Meaning);

/// <summary>A value that another one took the place of.</summary>
/// <param name="Value">The value as JSON.</param>
/// <param name="Origin">Where it stands, as of the other.</param>
internal readonly record struct OverriddenValue(JsonElement Value, string Origin);

/// <summary>What reading the configuration yielded.</summary>
/// <param name="File">The main file.</param>
/// <param name="Configuration">The configuration; null if there is any problem.</param>
/// <param name="Problems">All problems, not only the first.</param>
/// <param name="Warnings">What does not keep the agent from starting: unknown keys.</param>
/// <param name="Values">Every key with its value and origin.</param>
internal sealed record ConfigurationReading(
    string File,
    AgentConfiguration? Configuration,
    ImmutableArray<ConfigurationProblem> Problems,
    ImmutableArray<ConfigurationProblem> Warnings,
    ImmutableArray<ConfiguredValue> Values);
