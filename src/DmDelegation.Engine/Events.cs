using DmDelegation.Engine.State;

namespace DmDelegation.Engine;

/// <summary>What the loop hands to the engine; time arrives beside it.</summary>
public abstract record AgentEvent
{
    private protected AgentEvent()
    {
    }
}

/// <summary>The agent started: recovery runs before anything else (DEL-292).</summary>
public sealed record Started : AgentEvent;

/// <summary>A timer is due, or the clock changed: the engine looks at what time it is (DEL-216).</summary>
public sealed record Tick : AgentEvent;

/// <summary>Somebody asks for a session with a server.</summary>
/// <param name="Server">Server Identifier of an account.</param>
public sealed record SessionRequested(string Server) : AgentEvent;

/// <summary>What the transport knows of the connection.</summary>
/// <param name="Tls">The exchange ran over TLS 1.2 or later.</param>
/// <param name="ServerVerified">The server's certificate verified for the account's address, by chain or pin.</param>
/// <param name="ClientCertificate">The device authenticated with a certificate.</param>
/// <param name="PeerPin">SHA-256 of the SubjectPublicKeyInfo that the server showed, 32 octets; empty if unknown (DEL-342).</param>
public readonly record struct TransportFacts(bool Tls, bool ServerVerified, bool ClientCertificate, ReadOnlyMemory<byte> PeerPin = default);

/// <summary>A server's message arrived.</summary>
/// <param name="Server">The account the session was opened with.</param>
/// <param name="SessionSerial">The session.</param>
/// <param name="Body">HTTP entity; overwritten by the loop after the event, it may carry a key (DEL-188).</param>
/// <param name="HmacHeader">Value of <c>x-syncml-hmac</c>, or null.</param>
/// <param name="Transport">What the transport knows.</param>
public sealed record MessageReceived(string Server, long SessionSerial, ReadOnlyMemory<byte> Body, string? HmacHeader, TransportFacts Transport) : AgentEvent;

/// <summary>An exchange failed: nothing was acknowledged (HTTP-008).</summary>
/// <param name="Server">The account the session was opened with.</param>
/// <param name="SessionSerial">The session.</param>
/// <param name="Code">Stable code, e.g. <c>connect</c>, <c>tls-pin</c>, <c>http-503</c>.</param>
/// <param name="RetryAfterSeconds">What the server asked for, 0 if nothing.</param>
public sealed record ExchangeFailed(string Server, long SessionSerial, string Code, int RetryAfterSeconds) : AgentEvent;

/// <summary>The operator lowers effective time to the wall clock (DEL-223); refused while nobody vouches for the wall clock. It is audited either way.</summary>
public sealed record ClockResetRequested : AgentEvent;

/// <summary>The operator of the device ends a delegation (DEL-278). What came of it is what the record says afterwards.</summary>
/// <param name="DelegationId">Delegation id; one that does not exist changes nothing.</param>
public sealed record LocalEnd(string DelegationId) : AgentEvent;

/// <summary>The operator puts the device back to its factory scheme (DEL-277).</summary>
/// <param name="Factory">What a device of this kind begins with; its DevId must be the present one (DEL-169).</param>
public sealed record FactoryResetRequested(AgentState Factory) : AgentEvent;

/// <summary>The agent stops; sessions are dropped.</summary>
public sealed record Stopping : AgentEvent;
