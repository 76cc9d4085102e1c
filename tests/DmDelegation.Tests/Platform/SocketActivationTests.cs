using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using DmDelegation.Platform.Control;
using DmDelegation.Platform.Systemd;

namespace DmDelegation.Tests.Platform;

/// <summary>The control socket as systemd hands it over, and clients of an agent that comes and goes behind it.</summary>
[TestClass]
public sealed class SocketActivationTests
{
    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Cancel => TestContext.CancellationToken;

    private static Task<ControlResponse> EchoAsync(ControlRequest request, CancellationToken cancel) =>
        Task.FromResult(ControlResponse.Ok(JsonSerializer.SerializeToElement(request.Verb)));

    private static ControlServer? ListenAt(IReadOnlyList<Socket> passed, string path) =>
        ControlServer.ListenAt(passed, path, ControlAccess.OfThisProcess(null), EchoAsync);

    private static Socket Listening(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen(4);
        return socket;
    }

    /// <summary>A descriptor of a process that systemd would have started, beside the one that systemd keeps.</summary>
    private static int Passed(Socket socket) => Duplicate((int)socket.Handle);

    private static IReadOnlyList<Socket> Take(int descriptor, string? process = null, string? count = "1") => PassedSockets.Of(
        name => name switch
        {
            "LISTEN_PID" => process ?? Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
            "LISTEN_FDS" => count,
            _ => null,
        },
        descriptor);

    [TestMethod]
    public async Task A_client_that_came_before_the_agent_is_answered_and_the_socket_stays_when_the_agent_stops()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("control");
        using var systemd = Listening(path);
        // Both at once: in one process, and only there, a descriptor that is closed and comes again confuses the framework's event queue.
        int first = Passed(systemd), second = Passed(systemd);
        var early = ControlClient.AskAsync(path, new ControlRequest("first", default), Cancel);
        await using (ListenAt(Take(first), path)!)
            Assert.AreEqual("first", (await early).Data!.Value.GetString());
        Assert.IsTrue(File.Exists(path), "it is systemd's to remove");

        var between = ControlClient.AskAsync(path, new ControlRequest("second", default), Cancel);
        await using (ListenAt(Take(second), path)!)
            Assert.AreEqual("second", (await between).Data!.Value.GetString());
    }

    [TestMethod]
    public async Task A_passed_socket_is_closed_in_programs_that_the_agent_starts()
    {
        using var folder = new TemporaryFolder();
        using var systemd = Listening(folder.File("control"));
        var descriptor = Passed(systemd);
        await using var server = ListenAt(Take(descriptor), folder.File("control"));
        var flags = File.ReadLines($"/proc/self/fdinfo/{descriptor}").Single(line => line.StartsWith("flags:", StringComparison.Ordinal))[6..].Trim();
        Assert.AreNotEqual(0, Convert.ToInt32(flags, 8) & 0x80000, "O_CLOEXEC");
    }

    [TestMethod]
    [DataRow("1", "1")]
    [DataRow("", "1")]
    [DataRow(null, null)]
    [DataRow(null, "0")]
    [DataRow(null, "-1")]
    [DataRow(null, "17")]
    [DataRow(null, "99999999999")]
    public void Sockets_for_another_process_and_nonsense_are_not_taken(string? process, string? count)
    {
        using var folder = new TemporaryFolder();
        using var systemd = Listening(folder.File("control"));
        Assert.IsEmpty(Take((int)systemd.Handle, process, count));
        Assert.IsFalse(systemd.SafeHandle.IsClosed);
    }

    [TestMethod]
    public void What_is_passed_and_no_socket_is_not_used()
    {
        using var folder = new TemporaryFolder();
        using var file = File.Create(folder.File("file"));
        Assert.IsNull(ListenAt(Take(Duplicate((int)file.SafeFileHandle.DangerousGetHandle())), file.Name));
        Assert.IsNull(ListenAt(Take(int.MaxValue - 1), file.Name));
    }

    [TestMethod]
    public void A_socket_elsewhere_one_that_does_not_listen_and_one_whose_path_is_gone_are_closed_and_not_used()
    {
        using var folder = new TemporaryFolder();
        using var elsewhere = Listening(folder.File("elsewhere"));
        using var silent = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        silent.Bind(new UnixDomainSocketEndPoint(folder.File("control")));
        using var datagram = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        foreach (var socket in new[] { elsewhere, silent, datagram })
        {
            var passed = Take(Passed(socket));
            Assert.IsNull(ListenAt(passed, folder.File("control")));
            Assert.IsTrue(passed.All(one => one.SafeHandle.IsClosed));
        }

        File.Delete(folder.File("elsewhere"));
        Assert.IsNull(ListenAt(Take(Passed(elsewhere)), folder.File("elsewhere")));
    }

    /// <summary>systemd makes the socket of a restarted service anew: whoever waits in the old queue is turned away and comes again.</summary>
    [TestMethod]
    public async Task A_question_whose_connection_breaks_while_the_agent_restarts_is_asked_again()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("control");
        Task<ControlResponse> waiting, acting;
        using (var before = Listening(path))
        {
            waiting = ControlClient.AskAsync(path, new ControlRequest("status", default), Cancel);
            acting = ControlClient.CallAsync(path, new ControlRequest("session-start", default), Cancel);
            // Both have come when both can be taken out of the queue.
            using var first = await before.AcceptAsync(Cancel);
            using var second = await before.AcceptAsync(Cancel);
        }

        Assert.AreEqual(ControlCodes.NotRunning, (await acting).Code, "what acts is not done twice");
        await using var server = ControlServer.Listen(path, ControlAccess.OfThisProcess(null), EchoAsync);
        Assert.AreEqual("status", (await waiting).Data!.Value.GetString());
    }

    [TestMethod]
    public async Task An_agent_that_cannot_start_is_not_asked_for_ever()
    {
        using var folder = new TemporaryFolder();
        using var systemd = Listening(folder.File("control"));
        var question = ControlClient.AskAsync(folder.File("control"), new ControlRequest("status", default), Cancel);
        var times = 0;
        while (await Task.WhenAny(question, systemd.AcceptAsync(Cancel).AsTask()) is Task<Socket> flushed)
        {
            (await flushed).Dispose();
            times++;
        }

        Assert.AreEqual(ControlCodes.NotRunning, (await question).Code);
        Assert.AreEqual(5, times);
    }

    [DllImport("libc", EntryPoint = "dup")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Duplicate(int descriptor);
}
