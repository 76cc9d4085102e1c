using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using DmDelegation.Platform;
using DmDelegation.Platform.Control;

namespace DmDelegation.Tests.Platform;

[TestClass]
public sealed class ControlTests
{
    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Cancel => TestContext.CancellationToken;

    private static Task<ControlResponse> EchoAsync(ControlRequest request, CancellationToken cancel) => request.Verb switch
    {
        "fail" => throw new InvalidOperationException("broken"),
        "refuse" => Task.FromResult(ControlResponse.Failed("no-such-node", "nothing there")),
        _ => Task.FromResult(ControlResponse.Ok(request.Arguments.ValueKind is JsonValueKind.Object ? request.Arguments : null)),
    };

    private static ControlServer Listen(TemporaryFolder folder) => ControlServer.Listen(folder.File("control"), ControlAccess.OfThisProcess(null), EchoAsync);

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static async Task<string> TalkAsync(string path, byte[] octets, CancellationToken cancel)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(octets, cancel);
        socket.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancel);
    }

    [TestMethod]
    public async Task A_request_is_handed_on_and_its_answer_comes_back()
    {
        using var folder = new TemporaryFolder();
        await using var server = Listen(folder);
        var answer = await ControlClient.CallAsync(folder.File("control"), new ControlRequest("tree-get", Json("""{"uri":"./SCM"}""")), Cancel);
        Assert.IsTrue(answer.Succeeded);
        Assert.AreEqual("""{"uri":"./SCM"}""", answer.Data!.Value.GetRawText());

        var empty = await ControlClient.CallAsync(folder.File("control"), new ControlRequest("status", default), Cancel);
        Assert.IsTrue(empty.Succeeded);
        Assert.IsNull(empty.Data);
        var refused = await ControlClient.CallAsync(folder.File("control"), new ControlRequest("refuse", default), Cancel);
        Assert.AreEqual(ControlResponse.Failed("no-such-node", "nothing there"), refused);
        var failed = await ControlClient.CallAsync(folder.File("control"), new ControlRequest("fail", default), Cancel);
        Assert.AreEqual(ControlCodes.Internal, failed.Code);
    }

    [TestMethod]
    public async Task Several_requests_on_one_connection_are_answered_line_by_line()
    {
        using var folder = new TemporaryFolder();
        await using var server = Listen(folder);
        var answers = await TalkAsync(folder.File("control"), "{\"verb\":\"a\"}\n{\"verb\":\"b\",\"arguments\":{\"x\":1}}\nrest"u8.ToArray(), Cancel);
        Assert.AreEqual("{}\n{\"data\":{\"x\":1}}\n", answers);
    }

    [TestMethod]
    [DataRow("nonsense")]
    [DataRow("[]")]
    [DataRow("null")]
    [DataRow("{}")]
    [DataRow("""{"verb":""}""")]
    [DataRow("""{"verb":"a","arguments":[]}""")]
    [DataRow("""{"verb":"a","more":1}""")]
    [DataRow("{\"verb\":\"\\ud800\",")]
    public async Task A_line_that_is_no_request_is_told_so(string line)
    {
        using var folder = new TemporaryFolder();
        await using var server = Listen(folder);
        var answer = await TalkAsync(folder.File("control"), Encoding.UTF8.GetBytes(line + "\n"), Cancel);
        Assert.AreEqual(ControlCodes.BadRequest, Json(answer).GetProperty("code").GetString());
    }

    [TestMethod]
    public async Task A_line_may_be_as_long_as_the_limit_and_no_longer()
    {
        using var folder = new TemporaryFolder();
        await using var server = Listen(folder);
        var longest = Encoding.UTF8.GetBytes("{\"verb\":\"" + new string('v', ControlServer.MaxRequestOctets - 11) + "\"}");
        Assert.AreEqual(ControlServer.MaxRequestOctets, longest.Length);
        Assert.AreEqual("{}\n", await TalkAsync(folder.File("control"), [.. longest, (byte)'\n'], Cancel));
        var answer = await TalkAsync(folder.File("control"), [.. longest, (byte)' '], Cancel);
        Assert.AreEqual(ControlCodes.TooLong, Json(answer).GetProperty("code").GetString());
    }

    [TestMethod]
    public async Task Connections_of_a_user_are_limited_and_free_again_when_closed_and_root_always_gets_in()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Inconclusive("only root can be somebody else");
        const int Member = 4711;
        using var folder = new TemporaryFolder();
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_101_101);
        var path = folder.File("control");
        await using var server = ControlServer.Listen(path, new ControlAccess(Member, 0), EchoAsync);
        var open = new List<Socket>();
        for (var i = 0; i < ControlServer.MaxConnectionsOfUser; i++)
        {
            open.Add(ConnectAs(Member, path));
            Assert.AreEqual("{}", await AskAsync(open[^1]));
        }

        using (var refused = ConnectAs(Member, path))
            StringAssert.Contains(await AskAsync(refused), ControlCodes.TooMany, StringComparison.Ordinal);
        // The threads keep the group of root, which is that of the agent here, and one user takes nothing from another.
        for (var user = Member + 1; open.Count < ControlServer.MaxConnections; user++)
        {
            for (var i = 0; i < ControlServer.MaxConnectionsOfUser; i++)
            {
                open.Add(ConnectAs(user, path));
                Assert.AreEqual("{}", await AskAsync(open[^1]));
            }
        }

        using (var refused = ConnectAs(Member - 1, path))
            StringAssert.Contains(await AskAsync(refused), ControlCodes.TooMany, StringComparison.Ordinal);
        for (var i = 0; i <= ControlServer.MaxConnections; i++)
        {
            open.Add(ConnectAs(0, path));
            Assert.AreEqual("{}", await AskAsync(open[^1]));
        }

        open.ForEach(socket => socket.Dispose());
        while (true)
        {
            using var again = ConnectAs(Member, path);
            if (await AskAsync(again) == "{}")
                break;
        }
    }

    [TestMethod]
    public async Task A_request_must_come_in_time_and_its_answer_may_take_its_time()
    {
        using var folder = new TemporaryFolder();
        var late = new TaskCompletionSource<ControlResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = ControlServer.Listen(
            folder.File("control"), ControlAccess.OfThisProcess(null), (_, _) => late.Task, transferLimit: TimeSpan.FromMilliseconds(200));
        var pending = ControlClient.CallAsync(folder.File("control"), new ControlRequest("session-start", default), Cancel);
        // Half a request, and no end of it.
        using var idle = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await idle.ConnectAsync(new UnixDomainSocketEndPoint(folder.File("control")), Cancel);
        await idle.SendAsync("{\"verb\""u8.ToArray(), Cancel);
        Assert.AreEqual(0, await idle.ReceiveAsync(new byte[16], Cancel));
        Assert.IsFalse(pending.IsCompleted);
        late.SetResult(ControlResponse.Ok(null));
        Assert.IsTrue((await pending).Succeeded);
    }

    [TestMethod]
    public async Task Who_does_not_read_the_answer_is_dropped()
    {
        using var folder = new TemporaryFolder();
        // Far more than the kernel keeps for a reader.
        var much = Json($$"""{"x":"{{new string('x', 16 * 1024 * 1024)}}"}""");
        await using var server = ControlServer.Listen(
            folder.File("control"), ControlAccess.OfThisProcess(null), (_, _) => Task.FromResult(ControlResponse.Ok(much)), transferLimit: TimeSpan.FromMilliseconds(200));
        using var lazy = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await lazy.ConnectAsync(new UnixDomainSocketEndPoint(folder.File("control")), Cancel);
        await lazy.SendAsync("{\"verb\":\"a\"}\n"u8.ToArray(), Cancel);
        // Nothing is read until the other end is closed, which writing tells.
        while (!HungUp(lazy))
            await Task.Yield();
    }

    [TestMethod]
    public void Root_the_own_user_and_the_group_may_give_commands_and_nobody_else()
    {
        var access = new ControlAccess(ownUser: 100, group: 50);
        Assert.IsTrue(access.Allows(0, [7]));
        Assert.IsTrue(access.Allows(100, [7]));
        Assert.IsTrue(access.Allows(101, [7, 50]));
        Assert.IsFalse(access.Allows(101, [7, 100]));
        Assert.IsFalse(new ControlAccess(100, null).Allows(101, [50]));
    }

    [TestMethod]
    public async Task The_kernel_says_who_the_peer_is_and_a_stranger_is_refused()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Inconclusive("only root can become somebody else");
        using var folder = new TemporaryFolder();
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_101_101);
        await using var server = Listen(folder);
        using var stranger = ConnectAs(65_534, folder.File("control"));
        using var reader = new StreamReader(new NetworkStream(stranger));
        var answer = await reader.ReadToEndAsync(Cancel);
        Assert.AreEqual(ControlCodes.NotPermitted, Json(answer).GetProperty("code").GetString());
    }

    [TestMethod]
    public async Task A_socket_that_was_left_is_replaced_and_without_an_agent_the_client_says_so()
    {
        using var folder = new TemporaryFolder();
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            dead.Bind(new UnixDomainSocketEndPoint(folder.File("control")));
        Assert.AreEqual(ControlCodes.NotRunning, (await ControlClient.CallAsync(folder.File("control"), new ControlRequest("a", default), Cancel)).Code);
        await using (Listen(folder))
            Assert.IsTrue((await ControlClient.CallAsync(folder.File("control"), new ControlRequest("a", default), Cancel)).Succeeded);
        Assert.IsFalse(File.Exists(folder.File("control")));
        Assert.AreEqual("control-socket", Assert.ThrowsExactly<PlatformException>(
            () => ControlServer.Listen(folder.File("none/control"), ControlAccess.OfThisProcess(null), EchoAsync)).Code);
    }

    [TestMethod]
    public async Task A_verb_for_root_is_refused_to_members_of_the_group_DEL_223()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Inconclusive("only root can be somebody else");
        }

        const int Member = 4711;
        using var folder = new TemporaryFolder();
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_101_101);
        await using var server = ControlServer.Listen(folder.File("control"), new ControlAccess(Member, null), EchoAsync, System.Collections.Immutable.ImmutableHashSet.Create("clock-reset"));
        Assert.IsTrue((await ControlClient.CallAsync(folder.File("control"), new ControlRequest("clock-reset", default), Cancel)).Succeeded);
        using var socket = ConnectAs(Member, folder.File("control"));
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync("{\"verb\":\"clock-reset\"}\n{\"verb\":\"status\"}\n"u8.ToArray(), Cancel);
        socket.Shutdown(SocketShutdown.Send);
        var answers = (await new StreamReader(stream).ReadToEndAsync(Cancel)).Split('\n');
        StringAssert.Contains(answers[0], ControlCodes.NotPermitted, StringComparison.Ordinal);
        Assert.AreEqual("{}", answers[1]);
    }

    [TestMethod]
    public void A_group_is_found_by_its_name()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("group", "root:x:0:\ndmagent:x:977:alice,bob\nbroken\n");
        Assert.AreEqual(977u, ControlAccess.FindGroup("dmagent", file));
        Assert.IsNull(ControlAccess.FindGroup("broken", file));
        Assert.IsNull(ControlAccess.FindGroup("alice", file));
        Assert.IsNull(ControlAccess.FindGroup("dmagent", folder.File("none")));
    }

    private async Task<string?> AskAsync(Socket socket)
    {
        var stream = new NetworkStream(socket);
        try
        {
            await stream.WriteAsync("{\"verb\":\"a\"}\n"u8.ToArray(), Cancel);
        }
        catch (IOException)
        {
            // It was refused before it asked.
        }

        return await new StreamReader(stream).ReadLineAsync(Cancel);
    }

    /// <summary>Writing tells that the other end is closed.</summary>
    private static bool HungUp(Socket socket)
    {
        try
        {
            socket.Blocking = false;
            _ = socket.Send(" "u8);
            return false;
        }
        catch (SocketException fault)
        {
            return fault.SocketErrorCode is not SocketError.WouldBlock;
        }
    }

    /// <summary>The kernel's identity is one of each thread: one thread becomes somebody else, connects, and turns back.</summary>
    private static Socket ConnectAs(int user, string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var thread = new Thread(() =>
        {
            nint setResUid = RuntimeInformation.ProcessArchitecture is System.Runtime.InteropServices.Architecture.Arm64 ? 147 : 117;
            _ = SystemCall(setResUid, -1, user, -1);
            socket.Connect(new UnixDomainSocketEndPoint(path));
            _ = SystemCall(setResUid, -1, 0, -1);
        });
        thread.Start();
        thread.Join();
        return socket;
    }

    [DllImport("libc", EntryPoint = "syscall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint SystemCall(nint number, nint first, nint second, nint third);
}
