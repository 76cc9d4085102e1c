using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;
using DmDelegation.Tree;

namespace DmDelegation.Platform.Profile;

/// <summary>Reads device profiles. The schema in <c>device-profiles/profile.schema.json</c> says the same for editors.</summary>
public static class DeviceProfileReader
{
    /// <summary>Longest text value, octets: as long as a chr leaf of a record may be (DEL-086).</summary>
    public const int MaxTextOctets = 1024;

    // The standard nodes need 6 segments and 15 characters each at most; 64 is the hard limit of nesting (design 6).
    private const int LeastMaxDepth = 8;
    private const int LeastMaxTotLen = 128;
    private const int LeastMaxSegLen = 32;

    private static readonly string[] FormatWords = [.. Formats.Known.Order(StringComparer.Ordinal)];
    private static readonly string[] AccessWords = [.. Enum.GetNames<AccessTypes>().Except(["None", "All"], StringComparer.Ordinal)];

    /// <summary>Reads and checks a profile.</summary>
    /// <returns>The profile, and what in the file is ignored.</returns>
    /// <exception cref="ProfileException">The profile is wrong; all errors are listed.</exception>
    /// <exception cref="PlatformException">The file cannot be read or is no JSON.</exception>
    public static (DeviceProfile Profile, IReadOnlyList<string> Warnings) Read(string file)
    {
        var problems = new JsonProblems(Path.GetFileName(file));
        var fields = JsonFields.OfFile(file, "profile-invalid", problems);
        // For editors.
        _ = fields.Text("$schema");
        var name = Short(fields, "name");
        var rootAcl = ReadRootAcl(fields);
        var devInfo = ReadDevInfo(fields.Object("devInfo"), problems);
        var devDetail = ReadDevDetail(fields.Object("devDetail"));
        var tree = ReadTree(fields.Objects("tree"), devDetail.Limits, problems);
        var protectedRoots = ReadProtected(fields);
        fields.Finish();
        return problems.Errors.Count == 0
            ? (new DeviceProfile(name, rootAcl, devInfo, devDetail, tree, protectedRoots), problems.Warnings)
            : throw new ProfileException(problems.Errors);
    }

    private static Acl ReadRootAcl(JsonFields fields)
    {
        var standard = Acl.Parse("Add=*&Get=*");
        var text = fields.Text("rootAcl");
        if (text is null)
            return standard;
        if (!Acl.TryParse(text, out var acl) || acl is null)
            fields.Error("rootAcl", $"\"{text}\" is not an ACL value");
        else if (!acl.GrantsToAll(AclCommands.Add))
            fields.Error("rootAcl", $"\"{text}\", must grant Add to * (DEL-126)");
        return acl ?? standard;
    }

    private static DevInfoProfile ReadDevInfo(JsonFields fields, JsonProblems problems)
    {
        var devId = fields.Has("devId") ? Short(fields, "devId") : null;
        if (devId is { Length: > 0 } && !devId.Contains(':'))
            problems.Warning(fields.PathOf("devId"), $"\"{devId}\" is not a URN (STD-041)");
        var info = new DevInfoProfile(devId, Short(fields, "man"), Short(fields, "mod"), Short(fields, "dmV"), fields.Text("lang") ?? "en");
        if (!IsLanguageTag(info.Lang))
            fields.Error("lang", $"\"{info.Lang}\", must be a language tag such as en or de-AT (STD-042)");
        fields.Finish();
        return info;
    }

    private static DevDetailProfile ReadDevDetail(JsonFields fields)
    {
        var limits = new UriLimits(
            fields.Number("maxDepth", 16, LeastMaxDepth, UriLimits.HardMaxDepth),
            fields.Number("maxTotLen", 512, LeastMaxTotLen, ushort.MaxValue),
            fields.Number("maxSegLen", 64, LeastMaxSegLen, NodeName.MaxOctets));
        var detail = new DevDetailProfile(
            Short(fields, "devTyp"), Short(fields, "oem"), Short(fields, "fwV"), Short(fields, "swV"), Short(fields, "hwV"), limits);
        fields.Finish();
        return detail;
    }

    private static ImmutableArray<ProfileNode> ReadTree(IReadOnlyList<JsonFields> entries, UriLimits limits, JsonProblems problems)
    {
        var known = FactoryTree.Skeleton.ToDictionary(path => path, _ => Formats.Node);
        var nodes = ImmutableArray.CreateBuilder<ProfileNode>();
        foreach (var fields in entries)
        {
            if (ReadNode(fields, limits, problems) is { } node && FitsIn(node, fields, known, nodes))
            {
                known.Add(node.Path, node.Format);
                nodes.Add(node);
            }
        }

        return nodes.ToImmutable();
    }

    private static ProfileNode? ReadNode(JsonFields fields, UriLimits limits, JsonProblems problems)
    {
        var path = ReadPath(fields, fields.RequiredText("uri"), "uri");
        // A format that is not known counts as text, so that it is the only error told.
        var format = fields.Word("format", fields.Has("format") ? Formats.Chr : Formats.Node, FormatWords);
        var interior = Formats.IsNode(format);
        var type = fields.Text("type") ?? (interior ? "" : Formats.TextPlain);
        var value = ReadValue(fields, format);
        var acl = ReadAcl(fields);
        var permanent = fields.Flag("permanent", true);
        var exec = ExecBindingReader.Read(fields, permanent, problems);
        var access = ReadAccess(fields, exec is not null);
        fields.Finish();
        if (path is null || limits.Allows(path))
            return path is null ? null : new ProfileNode(path, format, type, value, acl, permanent, access, exec);
        fields.Error("uri", $"\"{path}\" is beyond the limits in devDetail");
        return null;
    }

    /// <summary>Whether the node has its place: a parent that is interior, no double, nothing in the objects that are the agent's.</summary>
    private static bool FitsIn(ProfileNode node, JsonFields fields, Dictionary<NodePath, string> known, IEnumerable<ProfileNode> before)
    {
        var parent = node.Path.Parent;
        var problem = known.ContainsKey(node.Path) ? "is there already"
            : FactoryTree.IsAgents(node.Path) ? "belongs to an object that the agent fills; vendors have Ext (STD-044, STD-051)"
            : !known.TryGetValue(parent, out var format) ? $"its parent {parent} must stand before it"
            : !Formats.IsNode(format) ? $"its parent {parent} is a leaf (TND-021)"
            : node.Exec is not null && before.FirstOrDefault(other => !other.Permanent && node.Path.IsAtOrBelow(other.Path)) is { } movable
                ? $"is bound to a program, so {movable.Path} above it must be permanent: no rename may lead another node there"
            : null;
        if (problem is not null)
            fields.Error("uri", $"\"{node.Path}\" {problem}");
        return problem is null;
    }

    private static byte[] ReadValue(JsonFields fields, string format)
    {
        var text = fields.Text("value") ?? "";
        if (Formats.IsNode(format))
        {
            if (text.Length > 0)
                fields.Error("value", "an interior node has no value");
            return [];
        }

        var octets = Encoding.UTF8.GetBytes(text);
        // The place is named and the value is not: it may be secret, and this text goes into reports.
        if (format is Formats.Bin && !Base64.IsValid(octets))
            fields.Error("value", "must be base64 for the format bin");
        else if (format is Formats.Bin)
            return Convert.FromBase64String(text);
        else if (!FormatRules.IsValue(format, octets))
            fields.Error("value", $"is no value of the format {format} (DDF-029)");
        return octets;
    }

    private static Acl? ReadAcl(JsonFields fields)
    {
        var text = fields.Text("acl") ?? "";
        if (!Acl.TryParse(text, out var acl))
            fields.Error("acl", $"\"{text}\" is not an ACL value of at most {Acl.MaxOctets} octets");
        return acl;
    }

    private static AccessTypes ReadAccess(JsonFields fields, bool bound)
    {
        if (fields.Texts("access") is not { } words)
            return bound ? NodeDescription.DefaultAccess | AccessTypes.Exec : NodeDescription.DefaultAccess;
        var access = AccessTypes.None;
        foreach (var word in words)
        {
            if (AccessWords.Contains(word, StringComparer.Ordinal))
                access |= Enum.Parse<AccessTypes>(word);
            else
                fields.Error("access", $"\"{word}\", must be one of {string.Join(", ", AccessWords)}");
        }

        if (bound && !access.HasFlag(AccessTypes.Exec))
            fields.Error("access", "must contain Exec, or be absent, where exec names a program");
        return access;
    }

    private static ImmutableArray<NodePath> ReadProtected(JsonFields fields) =>
        [.. (fields.Texts("protected") ?? []).Select(uri => ReadPath(fields, uri, "protected")).OfType<NodePath>()];

    private static NodePath? ReadPath(JsonFields fields, string uri, string field)
    {
        if (LocUri.TryParse(uri, UriLimits.Unlimited, out var parsed, out _) && parsed is { Property: null, List: null, Path.IsRoot: false })
            return parsed.Path;
        if (uri.Length > 0)
            fields.Error(field, $"\"{uri}\", must be the URI of a node below the root, e.g. ./Vendor/x");
        return null;
    }

    private static string Short(JsonFields fields, string name)
    {
        var text = fields.RequiredText(name);
        if (Encoding.UTF8.GetByteCount(text) > MaxTextOctets || text.Any(char.IsControl))
            fields.Error(name, $"must be at most {MaxTextOctets} octets without control characters");
        return text;
    }

    private static bool IsLanguageTag(string text) =>
        text.Split('-').All(part => part.Length is >= 1 and <= 8 && part.All(char.IsAsciiLetterOrDigit)) && char.IsAsciiLetter(text[0]);
}
