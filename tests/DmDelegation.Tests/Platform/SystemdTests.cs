using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text;
using DmDelegation.Engine;
using DmDelegation.Platform.Systemd;

namespace DmDelegation.Tests.Platform;

[TestClass]
public sealed class SystemdTests
{
    private static Notifier With(params (string Name, string Value)[] variables) =>
        Notifier.From(name => Array.Find(variables, variable => variable.Name == name).Value);

    private static string Receive(Socket socket)
    {
        var buffer = new byte[1024];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Messages_arrive_at_a_socket_by_path_or_abstract_name(bool isAbstract)
    {
        using var folder = new TemporaryFolder();
        var name = isAbstract ? "@" + Guid.NewGuid() : folder.File("notify");
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(isAbstract ? "\0" + name[1..] : name));
        using var notifier = With(("NOTIFY_SOCKET", name));

        notifier.Ready("well\nSTOPPING=1");
        Assert.AreEqual("READY=1\nSTATUS=well STOPPING=1", Receive(systemd));
        notifier.Status("in session");
        Assert.AreEqual("STATUS=in session", Receive(systemd));
        notifier.Watchdog();
        Assert.AreEqual("WATCHDOG=1", Receive(systemd));
        notifier.ExtendTimeout(TimeSpan.FromSeconds(2));
        Assert.AreEqual("EXTEND_TIMEOUT_USEC=2000000", Receive(systemd));
        notifier.Stopping();
        Assert.AreEqual("STOPPING=1", Receive(systemd));
        systemd.Dispose();
        notifier.Watchdog();
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("")]
    [DataRow("relative")]
    [DataRow("/nowhere/notify")]
    public void Without_a_socket_nothing_happens(string? address)
    {
        using var notifier = With(("NOTIFY_SOCKET", address!));
        notifier.Ready("x");
    }

    [TestMethod]
    [DataRow("20000000", null, 10_000)]
    [DataRow("20000000", "1", null)]
    [DataRow("0", null, null)]
    [DataRow("-5", null, null)]
    [DataRow(null, null, null)]
    public void The_watchdog_is_called_at_half_its_time_and_only_by_the_process_meant(string? time, string? process, int? milliseconds)
    {
        using var notifier = With(("WATCHDOG_USEC", time!), ("WATCHDOG_PID", process!));
        Assert.AreEqual(milliseconds, (int?)notifier.WatchdogInterval?.TotalMilliseconds);
    }

    [TestMethod]
    public void A_log_line_carries_its_severity_and_cannot_be_broken_out_of_DEL_195()
    {
        var line = new LogLine(
            LogCodes.CommandRefused, "refused\n<0>forged", ImmutableArray.Create(new KeyValuePair<string, string>("server", "b\u2028\r.example")));
        Assert.AreEqual("<5>DM1005 refused\uFFFD<0>forged server=b\uFFFD\uFFFD.example", JournalLine.Format(line, withPrefix: true));
        Assert.AreEqual('D', JournalLine.Format(line, withPrefix: false)[0]);
    }

    [TestMethod]
    public void A_log_line_has_a_bounded_length_whatever_a_server_wrote()
    {
        var line = new LogLine(LogCodes.CommandRefused, new string('a', 60_000), [new("uri", new string('b', 60_000))]);
        Assert.IsLessThan(4200, JournalLine.Format(line, withPrefix: true).Length);
        StringAssert.EndsWith(JournalLine.Format(line, withPrefix: true), "b…", StringComparison.Ordinal);
    }
}
