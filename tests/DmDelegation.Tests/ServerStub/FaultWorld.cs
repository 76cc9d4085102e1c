using DmDelegation.ServerStub.Delegation;
using DmDelegation.ServerStub.Hosting;

namespace DmDelegation.Tests.ServerStub;

/// <summary>Two servers and a device in driven time of which any part may fail: a server that crashes comes back on its state.</summary>
internal sealed class FaultWorld : IDisposable
{
    public const string A = "a.example";
    public const string B = "b.example";

    // Longer than every timer of DEL-373 taken together: step 4, the window, and the replies.
    private const int QuietSeconds = 3600 + 7200 + 1200;

    private const int QuietStep = 600;

    public TwoServers Servers { get; } = new(onDisk: false);

    public int Crashes { get; private set; }

    public DmServer Server(string id) => id == A ? Servers.A : Servers.B;

    /// <summary>Does something; when a server crashes in it, that one is started again.</summary>
    public void Try(Action action)
    {
        try
        {
            action();
        }
        catch (StubCrashException crash)
        {
            Crashes++;
            Restart(crash.Server);
        }
    }

    public void Restart(string server)
    {
        Servers.Network.Disconnect(server);
        Servers.Restart(server);
    }

    public void Advance(double seconds) => Try(() => Servers.Advance(seconds));

    public void Meet(string server) => Try(() =>
    {
        Servers.Device.RunSession(Server(server));
        Servers.Network.Run();
    });

    /// <summary>A delegation without faults from here on: time for repetitions and sessions with both servers, in turn.</summary>
    public void Play(int rounds = 6, double seconds = 5)
    {
        for (var round = 0; round < rounds; round++)
        {
            Pass(seconds);
            Meet(A);
            Pass(seconds);
            Meet(B);
        }
    }

    public void Pass(double seconds)
    {
        for (var second = 0; second < seconds; second++)
            Advance(1);
    }

    /// <summary>No fault any more: every timer runs out, every message arrives, the device meets everybody.</summary>
    public void Settle()
    {
        foreach (var server in (string[])[A, B])
        {
            Server(server).SetControls(new TestControls());
            Servers.Network.Connect(Server(server));
        }

        (Servers.Device.RefuseStart, Servers.Device.BreakAfter, Servers.Device.StopAfter) = (0, null, null);
        for (var second = 0; second < QuietSeconds && Fault() is not null; second += QuietStep)
        {
            Advance(QuietStep);
            Meet(A);
            Meet(B);
        }

        Advance(QuietSeconds); // and what is quiet stays so
        Meet(B);
        Meet(A);
    }

    /// <summary>What must hold when all is quiet: both ends agree or have purged, and A knows what is on the device. Null, or what is wrong.</summary>
    public string? Fault()
    {
        var (a, b) = (Servers.A.View(), Servers.B.View());
        foreach (var view in (ServerView[])[a, b])
        {
            if (view.Processes.FirstOrDefault(process => process.State != ProcessState.Closed) is { } stuck)
                return $"{view.ServerId} is still {stuck.State}";
            if (view.Outgoing.Count > 0)
                return $"{view.ServerId} still has {view.Outgoing[0]}";
            if (view.Processes.Any(process => process.HoldsKey))
                return $"{view.ServerId} holds a key";
        }

        if (a.Tombstones.FirstOrDefault(tombstone => tombstone.CancelId is not null) is { } marked)
            return $"A still wants to cancel {marked.CancelId}";
        var (ofA, ofB) = (a.Processes.SingleOrDefault(), b.Processes.SingleOrDefault());
        if (Servers.Device.Records.Values.Any(record => record.State == 4))
            return FaultOfFinal(a, b, ofA);
        if (Servers.Device.Records.Values.Any(record => record.State < 10) != (ofA is { EndReason: null }))
            return $"the device is {State()}, A {Word(ofA)}";
        if ((ofA is { EndReason: null }) != (ofB is { EndReason: null }))
            return $"A {Word(ofA)}, B {Word(ofB)}";
        var left = b.Devices.Count > 0 && !b.Processes.Any(process => process.Sid == b.Devices[0].MadeBySid); // B could not know: see Processes.MayBeFinal
        if ((b.Devices.Count > 0 && !left) != (ofB is { EndReason: null }) || (Servers.Device.AccountOf(B) is not null) != (ofB is { EndReason: null }))
            return $"B {Word(ofB)}, its account is {(b.Devices.Count > 0 ? "" : "not ")}here and {(Servers.Device.AccountOf(B) is null ? "not " : "")}on the device";
        return null;
    }

    // A final delegation that the device has confirmed stands, whatever A and B have made of it: B can manage the device, and A knows.
    private string? FaultOfFinal(ServerView a, ServerView b, ProcessView? ofA)
    {
        if (ofA is not { EndReason: null } && !a.Tombstones.Any(tombstone => tombstone.Reason == ReasonCode.FinalIrrevocable))
            return $"the device is final, A {Word(ofA)}";
        if (b.Devices.Count == 0 || Servers.Device.AccountOf(B) is null || !Servers.Device.RunSession(Servers.B))
            return $"the device is final and B cannot manage it: {Servers.Device.LastSessionError}";
        return Servers.Device.AccountOf(B)!.Derived ? "the device is final on secrets of A" : null;
    }

    public bool IsActive => Servers.A.View().Processes.SingleOrDefault() is { State: ProcessState.Closed, EndReason: null };

    public void Dispose() => Servers.Dispose();

    private string State() => string.Join(", ", Servers.Device.Records.Values.Select(record => record.State));

    private static string Word(ProcessView? process) => process is null ? "has purged" : $"is {process.State}, end {process.EndReason?.ToString() ?? "none"}";
}
