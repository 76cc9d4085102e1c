using System.Text.Json;
using System.Text.Json.Serialization;

namespace DmDelegation.Platform.Control;

/// <summary>A command to the running agent, as it came over the control socket.</summary>
/// <param name="Verb">What to do; the agent knows the verbs.</param>
/// <param name="Arguments">The arguments: a JSON object, or undefined if there are none.</param>
public sealed record ControlRequest(string Verb, JsonElement Arguments);

/// <summary>The agent's answer.</summary>
/// <param name="Code">Stable code of the failure; null if it went well.</param>
/// <param name="Text">The failure for people; null if it went well.</param>
/// <param name="Data">What was asked for; null if there is nothing to say.</param>
public sealed record ControlResponse(string? Code, string? Text, JsonElement? Data)
{
    /// <summary>It went well.</summary>
    [JsonIgnore]
    public bool Succeeded => Code is null;

    /// <summary>It went well.</summary>
    public static ControlResponse Ok(JsonElement? data) => new(null, null, data);

    /// <summary>It did not.</summary>
    public static ControlResponse Failed(string code, string text) => new(code, text, null);
}

/// <summary>Stable codes of the control channel itself.</summary>
public static class ControlCodes
{
    /// <summary>The peer may not give commands (exit code 5).</summary>
    public const string NotPermitted = "not-permitted";

    /// <summary>The line is no request.</summary>
    public const string BadRequest = "bad-request";

    /// <summary>A request is longer than <see cref="ControlServer.MaxRequestOctets"/>, or an answer than <see cref="ControlClient.MaxResponseOctets"/>.</summary>
    public const string TooLong = "too-long";

    /// <summary>More than <see cref="ControlServer.MaxConnections"/> connections, or <see cref="ControlServer.MaxConnectionsOfUser"/> of one user.</summary>
    public const string TooMany = "too-many-connections";

    /// <summary>The agent failed to carry out the request.</summary>
    public const string Internal = "internal";

    /// <summary>No agent listens (exit code 3).</summary>
    public const string NotRunning = "not-running";
}

/// <summary>Generated readers and writers, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(ControlResponse))]
internal sealed partial class ControlJsonContext : JsonSerializerContext;
