using System.Text.Json;
using DmDelegation.Tree;

namespace DmDelegation.Agent.Configuration;

/// <summary>Reads one value; false if it is not of the form.</summary>
/// <param name="value">The value as it stands in the file.</param>
/// <param name="directory">Directory that relative paths are relative to.</param>
/// <param name="read">The value, if the answer is true.</param>
internal delegate bool ValueReader<T>(JsonElement value, string directory, out T read);

/// <summary>What a value must look like: the words for people, and the check.</summary>
/// <param name="Allowed">The allowed range, for messages.</param>
/// <param name="TryRead">The check.</param>
internal sealed record ValueForm<T>(string Allowed, ValueReader<T> TryRead);

/// <summary>The forms that settings have.</summary>
internal static class ValueForms
{
    /// <summary>Own choice: the longest text a setting can be, PATH_MAX of the kernel.</summary>
    public const int MaxTextCharacters = 4096;

    /// <summary>Own choice: entries of a list, far above the number of accounts a device can have.</summary>
    public const int MaxListEntries = 64;

    private const int MaxAddressCharacters = 1024; // a chr leaf of the delegation object is as long (DEL-086)
    private const int PinOctets = 32; // SHA-256 (DEL-093)

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static ValueForm<bool> Flag { get; } = new("true or false", (JsonElement value, string directory, out bool read) =>
    {
        read = value.ValueKind == JsonValueKind.True;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False;
    });

    /// <summary>The path of a file or directory; a relative one starts at the file that names it.</summary>
    public static ValueForm<string> FilePath { get; } = new("a path of 1 to 4096 characters", (JsonElement value, string directory, out string read) =>
    {
        var text = TextOf(value, MaxTextCharacters);
        var good = text is not null && !text.Contains('\0');
        read = good ? Path.GetFullPath(text!, directory) : "";
        return good;
    });

    /// <summary>A file with a secret: its path, or the name of a credential of the service.</summary>
    public static ValueForm<string> SecretPath { get; } = new("a path of 1 to 4096 characters, or credential:NAME", (JsonElement value, string directory, out string read) =>
    {
        if (TextOf(value, MaxTextCharacters) is not { } text || !text.StartsWith(Credentials.Prefix, StringComparison.Ordinal))
            return FilePath.TryRead(value, directory, out read);
        read = text;
        return Credentials.IsName(text);
    });

    /// <summary>A Server Identifier (DEL-107).</summary>
    public static ValueForm<string> ServerId { get; } = new("a Server Identifier: printable, without = & * + and spaces", TryServerId);

    /// <summary>Server Identifiers.</summary>
    public static ValueForm<List<string>> ServerIds { get; } = ListOf<string>("Server Identifiers", TryServerId);

    /// <summary>URIs of nodes.</summary>
    public static ValueForm<List<NodePath>> NodeUris { get; } = ListOf("URIs of nodes", (JsonElement value, string directory, out NodePath read) =>
    {
        var good = LocUri.TryParse(TextOf(value, MaxTextCharacters) ?? "", UriLimits.Unlimited, out var uri, out _) && uri is { Property: null, List: null };
        read = good ? uri!.Path : NodePath.Root;
        return good;
    });

    /// <summary>Name of a node (TND-012).</summary>
    public static ValueForm<string> Name { get; } = new("a node name of 1 to 255 octets without /", (JsonElement value, string directory, out string read) =>
    {
        read = TextOf(value, NodeName.MaxOctets) ?? "";
        return NodeName.IsWellFormed(read);
    });

    /// <summary>Name of a user towards a server: goes into a digest before a colon, so it has none.</summary>
    public static ValueForm<string> UserName { get; } = new("1 to 255 characters without a colon", (JsonElement value, string directory, out string read) =>
    {
        read = TextOf(value, NodeName.MaxOctets) ?? "";
        return read.Length > 0 && !read.Contains(':');
    });

    /// <summary>Address of a server.</summary>
    public static ValueForm<string> Address { get; } = new(
        "an absolute https URI of at most 1024 characters without user and fragment (http with tls.allowClearHttp)",
        (JsonElement value, string directory, out string read) =>
        {
            read = TextOf(value, MaxAddressCharacters) ?? "";
            return Uri.TryCreate(read, UriKind.Absolute, out var uri)
                && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
                && uri.Host.Length > 0 && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0;
        });

    /// <summary>An ACL value (ACL-014).</summary>
    public static ValueForm<Acl> AclText { get; } = new("an ACL value such as Get=a.example&Replace=a.example", (JsonElement value, string directory, out Acl read) =>
    {
        var good = Acl.TryParse(TextOf(value, Acl.MaxOctets) ?? "", out var acl) && acl is not null;
        read = acl!;
        return good;
    });

    /// <summary>SPKI pins (DEL-093), concatenated.</summary>
    public static ValueForm<byte[]> Pins { get; } = new($"at most {MaxListEntries} texts, each the base64 of 32 octets (SHA-256)", (JsonElement value, string directory, out byte[] read) =>
    {
        read = [];
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > MaxListEntries)
            return false;
        foreach (var entry in value.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.String || !entry.TryGetBytesFromBase64(out var pin) || pin.Length != PinOctets)
                return false;
            read = [.. read, .. pin];
        }

        return true;
    });

    /// <summary>A whole number.</summary>
    public static ValueForm<int> Whole(int low, int high) => new($"a whole number from {low} to {high}", (JsonElement value, string directory, out int read) =>
    {
        read = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out read) && read >= low && read <= high;
    });

    /// <summary>Text without control characters.</summary>
    public static ValueForm<string> Text(int most) => new($"1 to {most} characters", (JsonElement value, string directory, out string read) =>
    {
        read = TextOf(value, most) ?? "";
        return read.Length > 0 && !read.Any(char.IsControl);
    });

    /// <summary>One of some words.</summary>
    public static ValueForm<T> OneOf<T>(params (string Word, T Meaning)[] words) => new(
        "one of " + string.Join(", ", words.Select(word => word.Word)),
        (JsonElement value, string directory, out T read) =>
        {
            var text = TextOf(value, MaxTextCharacters);
            var at = Array.FindIndex(words, word => word.Word == text);
            read = at < 0 ? default! : words[at].Meaning;
            return at >= 0;
        });

    private static ValueForm<List<T>> ListOf<T>(string what, ValueReader<T> each) => new($"a list of at most {MaxListEntries} {what}", (JsonElement value, string directory, out List<T> read) =>
    {
        read = [];
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > MaxListEntries)
            return false;
        foreach (var entry in value.EnumerateArray())
        {
            if (!each(entry, directory, out var one))
                return false;
            read.Add(one);
        }

        return true;
    });

    private static bool TryServerId(JsonElement value, string directory, out string read)
    {
        read = TextOf(value, NodeName.MaxOctets) ?? "";
        return ServerIdentifier.IsWellFormed(read);
    }

    private static string? TextOf(JsonElement value, int most) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text && text.Length <= most ? text : null;
}
