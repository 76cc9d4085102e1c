using System.Text;
using System.Text.Unicode;

namespace DmDelegation.Tree;

/// <summary>The checks of what a command carries (tree.md 10, step 8). Each answers null to go on, or the refusal.</summary>
internal static class ValueChecks
{
    /// <summary>Longest Type property in octets of UTF-8; MIME types are at most 127 + 1 + 127 long (RFC 6838), and an object identifier has no more.</summary>
    private const int MaxTypeOctets = 255;

    private const string TndsMediaType = "application/vnd.syncml.dmtnds+";

    /// <summary>The Format the command asks for, with the default of R-10.</summary>
    public static string FormatOf(ValueArgument argument) => argument.Format ?? Formats.Chr;

    /// <summary>The Type of a leaf the command asks for, with the default of R-10.</summary>
    public static string LeafTypeOf(ValueArgument argument) => argument.Type ?? Formats.TextPlain;

    /// <summary>A new node, interior or leaf: 412, 413, 415.</summary>
    public static CommandOutcome? NewNode(CommandContext context, NodeDescription description, ValueArgument argument)
    {
        if (!Formats.IsNode(FormatOf(argument)))
            return LeafValue(context, description, argument);
        if (description.Format is { } format && !Formats.IsNode(format))
            return CommandOutcome.Refused(415, "TND-067");
        // An interior node has no value of its own; a TNDS document is not supported here (TNDS-060).
        return argument.Data.IsEmpty ? TypeText(argument.Type ?? "") : CommandOutcome.Refused(415, "TND-020");
    }

    /// <summary>The value of a leaf: 412, 413, 415.</summary>
    public static CommandOutcome? LeafValue(CommandContext context, NodeDescription description, ValueArgument argument)
    {
        var (format, type) = (FormatOf(argument), LeafTypeOf(argument));
        if (Formats.IsNode(format) || !Formats.Known.Contains(format) || (description.Format ?? format) != format)
            return CommandOutcome.Refused(415, "TND-067");
        if (type.StartsWith(TndsMediaType, StringComparison.OrdinalIgnoreCase))
            return CommandOutcome.Refused(415, "TNDS-060");
        if (TypeText(type) is { } refused)
            return refused;
        if (!argument.HasData && format is not Formats.Null)
            return CommandOutcome.Refused(412, "TND-059");
        if (argument.Data.Length > context.Options.MaxObjSize)
            return CommandOutcome.Refused(413, "TND-060");
        return FormatRules.IsValue(format, argument.Data.Span) ? null : CommandOutcome.Refused(415, "DDF-029");
    }

    /// <summary>The text of a property: 412 without Data, 413 above the limit, 500 if it is not UTF-8 (TND-106).</summary>
    public static CommandOutcome? PropertyText(ValueArgument argument, int maxOctets, string rule, int tooLong, out string text)
    {
        text = "";
        if (!argument.HasData)
            return CommandOutcome.Refused(412, "TND-059");
        if (argument.Data.Length > maxOctets)
            return CommandOutcome.Refused(tooLong, rule);
        if (!Utf8.IsValid(argument.Data.Span))
            return CommandOutcome.Refused(500, "TND-106");
        text = Encoding.UTF8.GetString(argument.Data.Span);
        return null;
    }

    private static CommandOutcome? TypeText(string type) =>
        type.Length <= MaxTypeOctets && Encoding.UTF8.GetByteCount(type) <= MaxTypeOctets && !type.AsSpan().ContainsAnyInRange('\0', '\x1F')
            ? null
            : CommandOutcome.Refused(415, "TND-067");
}
