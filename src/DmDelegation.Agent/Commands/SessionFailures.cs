using System.Collections.Frozen;

namespace DmDelegation.Agent.Commands;

/// <summary>What the codes with which sessions fail mean, and what to do next, for people. A code without a line here speaks for itself.</summary>
internal static class SessionFailures
{
    private static readonly FrozenDictionary<string, string> Hints = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["no-account"] = "no account has this Server Identifier; see dmagent account list",
        ["address"] = "the address of its account is not usable; see dmagent account list",
        ["credentials"] = "a credential of its account is missing or cannot be opened with the device key",
        ["too-many-sessions"] = "as many sessions run as may at once; see dmagent status",
        ["connect"] = "no connection to the address of its account, or it broke; see dmagent account list",
        ["timeout"] = "the answer was not there within session.timeoutSeconds",
        ["tls"] = "its certificate, host name or TLS version was not accepted; see tls.trustAnchorsFile",
        ["tls-pin"] = "its key is none of the spkiPins of its account",
        ["clear-http"] = "its address is not https",
        ["redirect"] = "it redirects to where the agent must not follow",
        ["too-large"] = "its answer is larger than session.maxMsgSize allows",
        ["content-type"] = "what answers at its address is no DM server",
        ["empty"] = "what answers at its address is no DM server",
        ["malformed"] = "its message cannot be read; the log says where",
        ["server-auth"] = "it did not prove itself: serverName or its password differ",
        ["client-auth"] = "it does not accept clientName or the device's password",
        ["downgrade"] = "it asked for weaker authentication than the account has",
        ["not-opened"] = "the log says why",
        ["stopping"] = "the agent stops",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>All codes that have words.</summary>
    public static IEnumerable<KeyValuePair<string, string>> All => Hints;

    /// <summary>The words for a code; null if there are none.</summary>
    public static string? Words(string code) => Hints.GetValueOrDefault(code);

    /// <summary>The words for a code in parentheses; empty if there are none.</summary>
    public static string Hint(string code) => Hints.TryGetValue(code, out var hint) ? $" ({hint})" : "";
}
