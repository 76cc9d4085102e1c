using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace DmDelegation.Tree;

/// <summary>The commands an ACL can name, in the specification's order; there are no others (ACL-016).</summary>
[Flags]
public enum AclCommands
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>Add below the node.</summary>
    Add = 1,
    /// <summary>Delete the node.</summary>
    Delete = 2,
    /// <summary>Exec the node.</summary>
    Exec = 4,
    /// <summary>Get value, child list and properties.</summary>
    Get = 8,
    /// <summary>Replace value and properties.</summary>
    Replace = 16,
    /// <summary>All five.</summary>
    All = 31,
}

/// <summary>The grammar of a Server Identifier as it may stand in an ACL (tree.md 8.1, DEL-107).</summary>
public static class ServerIdentifier
{
    /// <summary>The identifier that stands for every authenticated server (ACL-012, ACL-056).</summary>
    public const string Any = "*";

    /// <summary>True if the text names one server: one or more printable characters other than <c>= &amp; * +</c> and white space.
    /// <c>*</c> itself names none.</summary>
    public static bool IsWellFormed(string identifier)
    {
        foreach (var rune in identifier.EnumerateRunes())
        {
            if (rune.Value is '=' or '&' or '*' or '+' || rune == Rune.ReplacementChar || !IsPrintable(rune))
                return false;
        }
        return identifier.Length > 0;
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.SpaceSeparator
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator) && !Rune.IsWhiteSpace(rune);
}

/// <summary>An ACL value (tree.md 8.1). It never is empty: "no value" is a null reference, and no command stands without identifiers (ACL-005).
/// The order of the entries is kept (ACL-063); repeated commands are united where they first occur (ACL-018).
/// Equality is semantic: the same set of identifiers for each command.</summary>
public sealed class Acl : IEquatable<Acl>
{
    /// <summary>Longest ACL text a peer may send, in octets of UTF-8 (design 6).</summary>
    public const int MaxOctets = 4096;

    private static readonly AclCommands[] EveryCommand =
        [AclCommands.Add, AclCommands.Delete, AclCommands.Exec, AclCommands.Get, AclCommands.Replace];

    private readonly ImmutableArray<Entry> _entries;

    private Acl(ImmutableArray<Entry> entries) => _entries = entries;

    private readonly record struct Entry(AclCommands Command, ImmutableArray<string> Servers);

    /// <summary>The commands in the order Add, Delete, Exec, Get, Replace, one by one.</summary>
    public static ReadOnlySpan<AclCommands> Commands => EveryCommand;

    /// <summary>The length of the text in octets; an ACL that the device itself makes longer than <see cref="MaxOctets"/> is for its caller
    /// to refuse (420).</summary>
    public int Octets => Encoding.UTF8.GetByteCount(ToString());

    /// <summary>Every identifier that occurs, <c>*</c> included, each once.</summary>
    public IEnumerable<string> Servers => _entries.SelectMany(entry => entry.Servers).Distinct(StringComparer.Ordinal);

    /// <summary>Reads an ACL (ACL-014); the empty text is "no value": true, and null. False if malformed or longer than <see cref="MaxOctets"/>.</summary>
    public static bool TryParse(string text, out Acl? acl)
    {
        acl = null;
        return text.Length <= MaxOctets && Encoding.UTF8.GetByteCount(text) <= MaxOctets && TryParseUnbounded(text, out acl);
    }

    /// <summary>Reads an ACL from a trusted source; throws <see cref="FormatException"/> if it is malformed or empty.</summary>
    public static Acl Parse(string trusted) =>
        TryParseUnbounded(trusted, out var acl) && acl is not null ? acl : throw new FormatException($"'{trusted}' is not an ACL value");

    /// <summary>The ACL with a single entry per command for one server, for instance <c>Add=S&amp;Delete=S&amp;Replace=S</c> (ACL-042).</summary>
    public static Acl Of(AclCommands commands, string server)
    {
        RequireOneServerOrAny(server);
        var entries = EveryCommand.Where(one => commands.HasFlag(one)).Select(one => new Entry(one, [server])).ToImmutableArray();
        return entries.IsEmpty ? throw new ArgumentOutOfRangeException(nameof(commands), "an ACL names at least one command (ACL-005)") : new Acl(entries);
    }

    /// <summary>True if the value grants <paramref name="one"/> to <paramref name="server"/>, by name or by <c>*</c> (ACL-012, ACL-017).</summary>
    public bool Grants(AclCommands one, string server)
    {
        foreach (var identifier in ServersOf(one))
        {
            if (identifier is ServerIdentifier.Any || string.Equals(identifier, server, StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    /// <summary>True if the value grants the command to every server.</summary>
    public bool GrantsToAll(AclCommands one) => ServersOf(one).Contains(ServerIdentifier.Any, StringComparer.Ordinal);

    /// <summary>True if the value names the server itself for the command, not by <c>*</c>.</summary>
    public bool Names(AclCommands one, string server) => ServersOf(one).Contains(server, StringComparer.Ordinal);

    /// <summary>True if the value names the server itself for some command.</summary>
    public bool NamesAnywhere(string server)
    {
        foreach (var entry in _entries)
        {
            if (entry.Servers.Contains(server, StringComparer.Ordinal))
                return true;
        }
        return false;
    }

    /// <summary>The identifiers of one command in the order written; empty if the command has no entry.</summary>
    public ImmutableArray<string> ServersOf(AclCommands one)
    {
        foreach (var entry in _entries)
        {
            if (entry.Command == one)
                return entry.Servers;
        }
        return [];
    }

    /// <summary>The commands for which the value names the server itself, not by <c>*</c>.</summary>
    public AclCommands CommandsOf(string server)
    {
        var commands = AclCommands.None;
        foreach (var entry in _entries)
        {
            if (entry.Servers.Contains(server, StringComparer.Ordinal))
                commands |= entry.Command;
        }
        return commands;
    }

    /// <summary>The value in which the server is named for these commands too; new entries follow the old ones in the specification's order.</summary>
    public Acl With(AclCommands commands, string server)
    {
        RequireOneServerOrAny(server);
        var entries = _entries;
        foreach (var one in EveryCommand)
        {
            if (commands.HasFlag(one) && !Names(one, server))
                entries = Unite(entries, one, [server]);
        }
        return new Acl(entries);
    }

    /// <summary>The value in which the server is no longer named for these commands; an entry left without identifiers goes
    /// (ACL-048), and null is returned when no entry is left (ACL-049). <c>*</c> is left alone.</summary>
    public Acl? Without(AclCommands commands, string server)
    {
        var entries = ImmutableArray.CreateBuilder<Entry>(_entries.Length);
        foreach (var entry in _entries)
        {
            var servers = commands.HasFlag(entry.Command) ? entry.Servers.RemoveAll(name => name == server) : entry.Servers;
            if (!servers.IsEmpty)
                entries.Add(entry with { Servers = servers });
        }
        return entries.Count == 0 ? null : new Acl(entries.ToImmutable());
    }

    /// <summary>The value without any reference to the server (ACL-047 to ACL-049); null when nothing is left.</summary>
    public Acl? WithoutServer(string server) => Without(AclCommands.All, server);

    /// <summary>The text by the grammar of 8.1, entries in their order (ACL-063).</summary>
    public override string ToString() => string.Join('&', _entries.Select(entry => $"{entry.Command}={string.Join('+', entry.Servers)}"));

    /// <inheritdoc/>
    public bool Equals(Acl? other) => other is not null && (ReferenceEquals(this, other)
        || Array.TrueForAll(EveryCommand, one => ServersOf(one).ToHashSet(StringComparer.Ordinal).SetEquals(other.ServersOf(one))));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Acl);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        // Order must not count: the sum of the entries' hashes.
        var hash = 0;
        foreach (var entry in _entries)
            hash += entry.Servers.Distinct(StringComparer.Ordinal).Sum(server => HashCode.Combine(entry.Command, server) & 0xFFFF);
        return hash;
    }

    private static bool TryParseUnbounded(string text, out Acl? acl)
    {
        acl = null;
        if (text.Length == 0)
            return true;
        var entries = ImmutableArray<Entry>.Empty;
        foreach (var entry in text.Split('&'))
        {
            var equals = entry.IndexOf('=');
            if (equals < 0 || CommandNamed(entry[..equals]) is not { } command)
                return false;
            var servers = entry[(equals + 1)..].Split('+');
            if (!Array.TrueForAll(servers, name => name is ServerIdentifier.Any || ServerIdentifier.IsWellFormed(name)))
                return false;
            entries = Unite(entries, command, servers);
        }
        acl = new Acl(entries);
        return true;
    }

    private static AclCommands? CommandNamed(string name) => name switch
    {
        nameof(AclCommands.Add) => AclCommands.Add,
        nameof(AclCommands.Delete) => AclCommands.Delete,
        nameof(AclCommands.Exec) => AclCommands.Exec,
        nameof(AclCommands.Get) => AclCommands.Get,
        nameof(AclCommands.Replace) => AclCommands.Replace,
        _ => null,
    };

    private static ImmutableArray<Entry> Unite(ImmutableArray<Entry> entries, AclCommands command, string[] servers)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i].Command != command)
                continue;
            var known = entries[i].Servers;
            var added = servers.Where(name => !known.Contains(name, StringComparer.Ordinal));
            return entries.SetItem(i, entries[i] with { Servers = known.AddRange(added) });
        }
        return entries.Add(new Entry(command, [.. servers]));
    }

    private static void RequireOneServerOrAny(string server)
    {
        if (server is not ServerIdentifier.Any && !ServerIdentifier.IsWellFormed(server))
            throw new FormatException($"'{server}' is not a Server Identifier");
    }
}
