using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DmDelegation.ServerStub.Delegation;
using DmDelegation.ServerStub.State;

namespace DmDelegation.ServerStub.Hosting;

/// <summary>What one server is made of; all in memory, no endpoint yet.</summary>
public sealed record DmServerOptions
{
    /// <summary>DM Server Identifier.</summary>
    public required string ServerId { get; init; }

    /// <summary>Address of the DM endpoint; it goes into the terms as B's account (Addr).</summary>
    public string DmAddress { get; init; } = "https://localhost/dm";

    /// <summary>TLS certificate with its key: server-to-server identity, signature of step 2, and B's pin.</summary>
    public required X509Certificate2 Certificate { get; init; }

    /// <summary>Signer of vouchers; null if this server makes none.</summary>
    public X509Certificate2? VoucherSigner { get; init; }

    /// <summary>RSA certificate with key to which step 6 is encrypted (DEL-365); null: the TDK goes in the clear under TLS.</summary>
    public X509Certificate2? EncryptionCertificate { get; init; }

    /// <summary>State file; null keeps the state in memory.</summary>
    public string? StateFile { get; init; }

    /// <summary>Where the state is kept instead of <see cref="StateFile"/>.</summary>
    public StateFile? Store { get; init; }

    /// <summary>MaxMsgSize to announce, octets.</summary>
    public long? MaxMsgSize { get; init; }

    /// <summary>Whether step 1 of a peer is accepted.</summary>
    public bool Accept { get; init; } = true;

    /// <summary>Key method of A when B began: tls or cms.</summary>
    public string KeyMethod { get; init; } = "tls";

    /// <summary>AuthType that B asks for in its account: HMAC or DIGEST.</summary>
    public string AccountAuthType { get; init; } = "HMAC";

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Fills a buffer with random octets; null: the system's generator.</summary>
    public Action<Memory<byte>>? Random { get; init; }

    /// <summary>Where events go; null: nowhere but to this server.</summary>
    public EventLog? Events { get; init; }

    /// <summary>What a crash by test control does; null: <see cref="StubCrashException"/> is thrown and the server answers nothing any more.</summary>
    public Action? Crash { get; init; }
}

/// <summary>The server has stopped by test control (DEL-380); a new one on the same state file goes on.</summary>
/// <param name="server">ServerID of the server.</param>
/// <param name="state">State that it was in.</param>
public sealed class StubCrashException(string server, string state) : Exception($"{server} stopped in state {state} by test control")
{
    /// <summary>ServerID of the server that has stopped.</summary>
    public string Server { get; } = server;
}

/// <summary>What the parts of one server share.</summary>
internal sealed class ServerContext
{
    private const int MaxErrors = 20; // own choice: enough to see what went wrong last
    private readonly StateFile _file;
    private bool _crashed;
    private string? _crashIn;

    public ServerContext(DmServerOptions options)
    {
        Options = options;
        DmAddress = options.DmAddress;
        _file = options.Store ?? new StateFile(options.StateFile);
        State = _file.Load(options.ServerId);
        Events = options.Events ?? new EventLog(options.Time);
    }

    public DmServerOptions Options { get; }

    public ServerState State { get; }

    public EventLog Events { get; }

    public TestControls Controls { get; set; } = new();

    public string ServerId => Options.ServerId;

    public string DmAddress { get; set; }

    public DateTimeOffset Now => Options.Time.GetUtcNow().AddSeconds(Controls.ClockOffsetSeconds);

    public byte[] Random(int length)
    {
        var octets = GC.AllocateArray<byte>(length, pinned: true);
        if (Options.Random is { } source)
            source(octets);
        else
            RandomNumberGenerator.Fill(octets);
        return octets;
    }

    public void Save() => _file.Save(State);

    public void Log(StubEvent entry) => Events.Add(entry with { Server = ServerId });

    public void Error(string text)
    {
        State.LastErrors.Add(text);
        if (State.LastErrors.Count > MaxErrors)
            State.LastErrors.RemoveAt(0);
        Log(new StubEvent { Event = "error", Text = text });
    }

    // The state is saved with all that belongs to it first; the crash comes at the end of the event (DEL-380).
    public void Entered(string state) => _crashIn = Controls.CrashIn == state ? state : _crashIn;

    public void CrashIfWanted()
    {
        if (_crashIn is not { } state)
            return;
        _crashed = true;
        Options.Crash?.Invoke();
        throw new StubCrashException(ServerId, state);
    }

    public void RefuseIfCrashed()
    {
        if (_crashed)
            throw new StubCrashException(ServerId, "stopped");
    }
}
