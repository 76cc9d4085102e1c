using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using DmDelegation.Agent.Loop;
using DmDelegation.Agent.Startup;
using DmDelegation.Engine;
using DmDelegation.Platform.Systemd;

namespace DmDelegation.Tests.Platform;

/// <summary>The journal's native protocol, read back as the journal reads it.</summary>
[TestClass]
public sealed class JournalTests
{
    private static readonly TemporaryFolder Folder = new();

    /// <summary>What a descriptor leads to that is the journal's stream.</summary>
    private static readonly FileStream StreamFile = File.Create(Folder.File("stream"));

    private static int Descriptor => (int)StreamFile.SafeFileHandle.DangerousGetHandle();

    /// <summary>What systemd would set: asked of stat(1), not of our own code.</summary>
    private static string Stream { get; set; } = "";

    /// <summary>A journal of our own: a datagram socket.</summary>
    private sealed class Journal : IDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

        public Journal() => _socket.Bind(new UnixDomainSocketEndPoint(Path));

        public string Path => _folder.File("journal");

        public JournalSocket? Behind(string? stream) => JournalSocket.Behind(Descriptor, name => name == "JOURNAL_STREAM" ? stream : null, Path);

        public List<KeyValuePair<string, string>> Receive()
        {
            var buffer = new byte[256 * 1024];
            return Parse(buffer.AsSpan(0, _socket.Receive(buffer)));
        }

        public bool IsEmpty => _socket.Available == 0;

        public void Dispose()
        {
            _socket.Dispose();
            _folder.Dispose();
        }
    }

    [ClassInitialize]
    public static async Task AskStatAsync(TestContext context)
    {
        using var stat = Process.Start(new ProcessStartInfo("stat", ["-c", "%d:%i", StreamFile.Name]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        Stream = (await stat.StandardOutput.ReadToEndAsync(context.CancellationToken)).Trim();
        await stat.WaitForExitAsync(context.CancellationToken);
    }

    [ClassCleanup]
    public static void RemoveFolder()
    {
        StreamFile.Dispose();
        Folder.Dispose();
    }

    /// <summary>The protocol as systemd.io/JOURNAL_NATIVE_PROTOCOL has it.</summary>
    private static List<KeyValuePair<string, string>> Parse(ReadOnlySpan<byte> entry)
    {
        var fields = new List<KeyValuePair<string, string>>();
        while (!entry.IsEmpty)
        {
            var line = entry[..entry.IndexOf((byte)'\n')];
            var sign = line.IndexOf((byte)'=');
            ReadOnlySpan<byte> value;
            if (sign >= 0)
            {
                value = line[(sign + 1)..];
                entry = entry[(line.Length + 1)..];
            }
            else
            {
                var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(entry[(line.Length + 1)..]);
                value = entry.Slice(line.Length + 1 + 8, length);
                entry = entry[(line.Length + 1 + 8 + length)..];
                Assert.AreEqual((byte)'\n', entry[0]);
                entry = entry[1..];
            }

            fields.Add(new(Encoding.ASCII.GetString(sign >= 0 ? line[..sign] : line), Encoding.UTF8.GetString(value)));
        }

        return fields;
    }

    private static Dictionary<string, string> Fields(LogLine line) => Parse(JournalEntry.Format(line)).ToDictionary(StringComparer.Ordinal);

    [TestMethod]
    public void A_line_arrives_with_its_text_severity_code_message_id_and_fields()
    {
        using var journal = new Journal();
        using var socket = journal.Behind(Stream);
        var line = new LogLine(LogCodes.CommandRefused, "b.example may not", [new("server", "b.example"), new("scope-type", "partial"), new("code", "io")]);
        Assert.IsTrue(socket!.TrySend(line));
        CollectionAssert.AreEqual(
            new KeyValuePair<string, string>[]
            {
                new("MESSAGE", "DM1005 b.example may not server=b.example scope-type=partial code=io"), new("PRIORITY", "5"),
                // printf DmDelegation/dmagent/DM1005 | sha256sum, version 8 and variant put in.
                new("MESSAGE_ID", "3128c852fd5a841997508249eaec5267"), new("SYSLOG_IDENTIFIER", "dmagent"), new("DM_CODE", "DM1005"),
                new("DM_SERVER", "b.example"), new("DM_SCOPE_TYPE", "partial"), new("DM_ERROR", "io"),
            },
            journal.Receive());
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("")]
    [DataRow("8:1")]
    [DataRow("nonsense")]
    public void A_descriptor_that_does_not_lead_to_the_journal_is_left_alone(string? stream)
    {
        using var journal = new Journal();
        Assert.IsNull(journal.Behind(stream));
        Assert.IsNull(JournalSocket.Behind(-1, _ => Stream, journal.Path), "a closed descriptor");
    }

    [TestMethod]
    public void What_came_from_outside_forges_no_field_DEL_195()
    {
        const string Hostile = "x\nMESSAGE_ID=00000000000000000000000000000000\nDM_CODE=DM0000\n\t\0\u001b\u2028\ud800";
        var fields = Fields(new LogLine(LogCodes.CommandRefused, Hostile, [new("uri", Hostile)]));
        Assert.AreEqual("DM1005", fields["DM_CODE"]);
        Assert.AreEqual(MessageId.Of(LogCodes.CommandRefused), fields["MESSAGE_ID"]);
        Assert.AreEqual(string.Concat(Hostile.Select(c => c is '\0' or '\u001b' or '\ud800' ? '\uFFFD' : c)), fields["DM_URI"], "lines stay, with their length; nothing steers a terminal");
        Assert.IsFalse(fields["MESSAGE"].Any(char.IsControl));
        Assert.AreEqual("DM_EVIL_NAME_X_", JournalEntry.NameOf("evil\nname=x€"));
    }

    [TestMethod]
    public void Values_and_entries_are_bounded_and_cut_between_characters()
    {
        foreach (var (text, most) in new[] { (new string('a', 60_000), JournalEntry.MaxValueOctets), (new string('€', JournalEntry.MaxValueOctets / 3), JournalEntry.MaxValueOctets) })
        {
            var value = Fields(new LogLine(LogCodes.CommandRefused, "", [new("uri", text)]))["DM_URI"];
            Assert.IsLessThanOrEqualTo(most, Encoding.UTF8.GetByteCount(value));
            Assert.IsFalse(value.Contains('\uFFFD'));
            Assert.IsTrue(value == text || value.EndsWith('…'));
        }

        var many = Enumerable.Range(0, 50).Select(i => new KeyValuePair<string, string>($"f{i}", new string('b', 5000) + "\n")).ToArray();
        var entry = JournalEntry.Format(new LogLine(LogCodes.CommandRefused, "", [.. many]));
        Assert.IsLessThanOrEqualTo(JournalEntry.MaxEntryOctets, entry.Length);
        Assert.AreEqual("DM1005", Parse(entry).ToDictionary(StringComparer.Ordinal)["DM_CODE"]);
        Assert.AreEqual(64, JournalEntry.NameOf(new string('n', 100)).Length);
    }

    [TestMethod]
    public void A_line_that_the_journal_does_not_take_goes_to_standard_output()
    {
        using var output = new StringWriter();
        using var journal = new Journal();
        using var socket = journal.Behind(Stream);
        var log = new ConsoleLog(output, LogSeverity.Information, withPrefix: true, socket);
        log.Write(AgentLog.Line(AgentLog.Ready, "first"));
        Assert.AreEqual("", output.ToString());
        Assert.AreEqual("DM4001 first", journal.Receive()[0].Value);

        File.Delete(journal.Path);
        log.Write(AgentLog.Line(AgentLog.Ready, "second"));
        Assert.AreEqual("<5>DM4001 second\n", output.ToString());
    }

    [TestMethod]
    public void A_journal_that_does_not_read_holds_nobody_up()
    {
        using var journal = new Journal();
        using var socket = journal.Behind(Stream);
        // The kernel queues some datagrams of bounded total size; a send that waited would hang here.
        Assert.IsFalse(Enumerable.Range(0, 10_000).All(i => socket!.TrySend(new LogLine(LogCodes.CommandRefused, "", [new("i", new string('x', 10_000))]))));
    }

    [TestMethod]
    public void A_line_below_the_level_goes_nowhere()
    {
        using var output = new StringWriter();
        using var journal = new Journal();
        using var socket = journal.Behind(Stream);
        new ConsoleLog(output, LogSeverity.Warning, withPrefix: true, socket).Write(AgentLog.Line(AgentLog.Ready, "first"));
        Assert.IsTrue(journal.IsEmpty);
        Assert.AreEqual("", output.ToString());
    }
}
