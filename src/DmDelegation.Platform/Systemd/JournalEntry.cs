using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using DmDelegation.Engine;

namespace DmDelegation.Platform.Systemd;

/// <summary>
/// A log line as a datagram of the journal's native protocol. Names of fields are ours; a value that holds a line feed goes with its length in
/// front, so that what came from outside cannot begin a field of its own. Control characters but line feed and tab are replaced: the journal's
/// readers put values before people's eyes, in a terminal.
/// </summary>
public static class JournalEntry
{
    /// <summary>
    /// Most octets of a value, and of an entry: own choice. An entry stays far below what a datagram holds (net.core.wmem_default, 212,992
    /// octets); the protocol's way for larger ones, a sealed memory file, is not needed, and a server could fill the journal by it.
    /// </summary>
    public const int MaxValueOctets = 16 * 1024;

    /// <inheritdoc cref="MaxValueOctets"/>
    public const int MaxEntryOctets = 64 * 1024;

    /// <summary>Most octets of a field's name: the journal's own limit.</summary>
    public const int MaxNameOctets = 64;

    private const string Prefix = "DM_";
    private const byte LineFeed = (byte)'\n';

    private static readonly byte[] CutMark = Encoding.UTF8.GetBytes("…");

    /// <summary>
    /// The entry: MESSAGE as standard output would have it, PRIORITY, MESSAGE_ID, SYSLOG_IDENTIFIER, DM_CODE, and each field of the line as DM_
    /// with its name in capitals. Values that are too long are cut and end with an ellipsis; fields that find no room are left out.
    /// </summary>
    public static byte[] Format(LogLine line)
    {
        var entry = new MemoryStream();
        Append(entry, "MESSAGE", JournalLine.Format(line, withPrefix: false));
        Append(entry, "PRIORITY", ((int)line.Code.Severity).ToString(CultureInfo.InvariantCulture));
        Append(entry, "MESSAGE_ID", MessageId.Of(line.Code));
        Append(entry, "SYSLOG_IDENTIFIER", "dmagent");
        Append(entry, Prefix + "CODE", line.Code.ToString());
        foreach (var (name, value) in line.Fields)
            Append(entry, NameOf(name), value);
        return entry.ToArray();
    }

    /// <summary>The journal's name for a field of a line. DM_CODE is the line's own: the stable code of a failure is DM_ERROR.</summary>
    public static string NameOf(string field)
    {
        var name = field is "code" ? "error" : field;
        var kept = name.Length > MaxNameOctets - Prefix.Length ? name[..(MaxNameOctets - Prefix.Length)] : name;
        return Prefix + string.Concat(kept.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'));
    }

    private static void Append(MemoryStream entry, string name, string value)
    {
        var octets = Cut(value);
        // Name, separators and a length: at most so much beside the value.
        if (entry.Length + name.Length + octets.Length + sizeof(ulong) + 2 > MaxEntryOctets)
            return;
        entry.Write(Encoding.ASCII.GetBytes(name));
        if (octets.Contains(LineFeed))
        {
            Span<byte> length = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)octets.Length);
            entry.WriteByte(LineFeed);
            entry.Write(length);
        }
        else
        {
            entry.WriteByte((byte)'=');
        }

        entry.Write(octets);
        entry.WriteByte(LineFeed);
    }

    /// <summary>At most <see cref="MaxValueOctets"/> octets of UTF-8, cut between two characters.</summary>
    private static ReadOnlySpan<byte> Cut(string value)
    {
        var kept = value.Length > MaxValueOctets ? value[..MaxValueOctets] : value;
        var octets = Encoding.UTF8.GetBytes(kept.Any(IsUnsafe) ? string.Concat(kept.Select(c => IsUnsafe(c) ? '\uFFFD' : c)) : kept);
        if (octets.Length <= MaxValueOctets && value.Length <= MaxValueOctets)
            return octets;
        var end = Math.Min(octets.Length, MaxValueOctets) - CutMark.Length;
        while (end > 0 && (octets[end] & 0xC0) == 0x80)
            end--;
        return (byte[])[.. octets.AsSpan(0, end), .. CutMark];
    }

    private static bool IsUnsafe(char c) => char.IsControl(c) && c is not ('\n' or '\t');
}
