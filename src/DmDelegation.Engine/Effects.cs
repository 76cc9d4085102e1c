using System.Collections.Immutable;
using DmDelegation.Engine.State;

namespace DmDelegation.Engine;

/// <summary>
/// What the loop must do, in the order given. The order is a contract: <b>persist before send, persist before act</b>. Every
/// <see cref="Persist"/> is durable before the next effect is begun; if one fails, none of the later ones may be carried out and the
/// agent stops (DEL-120, DEL-240).
/// </summary>
public abstract record Effect
{
    private protected Effect()
    {
    }
}

/// <summary>One durable commit: the difference between two states.</summary>
/// <param name="Before">What the store holds.</param>
/// <param name="After">What it must hold afterwards.</param>
/// <param name="Point">What kind of commit this is; names the crash hooks around it (DEL-296).</param>
public sealed record Persist(AgentState Before, AgentState After, CommitPoint Point) : Effect;

/// <summary>Send a message of a session.</summary>
/// <param name="Server">The account.</param>
/// <param name="SessionSerial">The session.</param>
/// <param name="Uri">Absolute https URI (http only where the configuration allows it for tests).</param>
/// <param name="Pins">SPKI pins, 32 octets each, concatenated; empty: the host name is verified against the anchors (DEL-093).</param>
/// <param name="Body">The encoded message.</param>
/// <param name="HmacHeader">Value of <c>x-syncml-hmac</c>, or null.</param>
/// <param name="FreshConnection">The message before carried <c>Key/Value</c>: its connection is closed first (DEL-188).</param>
/// <param name="GuestOfHost">Redirects stay on this host (DEL-336); null: the general rule of HTTP-010.</param>
public sealed record SendMessage(
    string Server,
    long SessionSerial,
    Uri Uri,
    ReadOnlyMemory<byte> Pins,
    ReadOnlyMemory<byte> Body,
    string? HmacHeader,
    bool FreshConnection,
    string? GuestOfHost) : Effect;

/// <summary>A session ended: drop its connection and tell whoever waits for it.</summary>
/// <param name="Server">The account.</param>
/// <param name="SessionSerial">The session.</param>
/// <param name="Error">Stable code of the failure, null if it ended well.</param>
/// <param name="Statuses">How often the server's commands got which status in it; empty if it was not opened.</param>
public sealed record EndSession(string Server, long SessionSerial, string? Error, ImmutableSortedDictionary<int, int> Statuses) : Effect;

/// <summary>Write a log line; no secret is ever in one (DEL-195).</summary>
/// <param name="Line">What to write.</param>
public sealed record Report(LogLine Line) : Effect;

/// <summary>A place where a test build can stop the process; never emitted by a release build (DEL-296).</summary>
/// <param name="Point">The row of 12.4.</param>
public sealed record CrashMark(CrashPoint Point) : Effect;

/// <summary>What a step of the engine yields.</summary>
/// <param name="State">The new state.</param>
/// <param name="Effects">What to do, in order.</param>
public readonly record struct EngineStep(EngineState State, ImmutableArray<Effect> Effects);

/// <summary>Kinds of commit. The crash hooks of 12.4 stand before and after them.</summary>
public enum CommitPoint
{
    /// <summary>A plain message: tree changes, nonces, deliveries (DEL-143).</summary>
    Message,

    /// <summary>First start: factory tree, DevId, configured accounts.</summary>
    Provisioning,

    /// <summary>T1 of a delegation.</summary>
    T1,

    /// <summary>A Start that failed: the record goes to Failed.</summary>
    StartRefused,

    /// <summary>T2 of a delegation.</summary>
    T2,

    /// <summary>T3 of a delegation, for whatever cause.</summary>
    T3,

    /// <summary>Another change of a record: counters, staged records that go, age.</summary>
    Record,

    /// <summary>Start-up recovery (DEL-292).</summary>
    Recovery,

    /// <summary>The clock and what counts by it (DEL-206).</summary>
    Clock,

    /// <summary>An acknowledgement was delivered, refused or given up.</summary>
    Delivery,
}
