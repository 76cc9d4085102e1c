using System.Text;
using DmDelegation.Engine.Commands;
using DmDelegation.Engine.Guard;
using DmDelegation.Protocol;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Execution;

/// <summary>
/// The leaf that an operation writes into: "URIs given to them as arguments are checked by the same rule before use and again before
/// writing" (DEL-329). Both times it is the Add or Replace that the principal could have sent itself, checked as that is; before use it
/// is only tried.
/// </summary>
internal static class OperationTarget
{
    private const string OctetStream = "application/octet-stream";

    /// <summary>What would come of writing now; for a leaf that exists with the value it has, which is one of its format.</summary>
    public static CommandOutcome Try(Work work, string principal, string target, RememberingPolicy policy) =>
        Barred(work, target)
        ?? TreeWork.Try(work, principal, target, policy, context => Existing(work, target) is { } node
            ? TreeCommands.Replace(context, target, new ValueArgument(node.Format, node.Type, node.Value, true))
            : TreeCommands.Add(context, target, new ValueArgument(Formats.Chr, null, default, true))).Outcome;

    /// <summary>Writes the output, whole or not at all.</summary>
    public static CommandOutcome Write(Work work, string principal, string target, ReadOnlyMemory<byte> output, RememberingPolicy policy) =>
        Barred(work, target)
        ?? TreeWork.Run(work, principal, target, policy, context => Existing(work, target) is { } node
            ? node.Format is not Formats.Bin && !IsText(output.Span)
                ? CommandOutcome.Refused(StatusCode.UnsupportedMediaTypeOrFormat, "TND-122")
                : TreeCommands.Replace(context, target, new ValueArgument(node.Format, node.Type, output, true))
            : TreeCommands.Add(context, target, IsText(output.Span)
                ? new ValueArgument(Formats.Chr, null, output, true)
                : new ValueArgument(Formats.Bin, OctetStream, output, true)));

    /// <summary>Octets that a chr leaf, and XML, can carry.</summary>
    public static bool IsText(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(octets, out var rune, out var length) != System.Buffers.OperationStatus.Done
                || (Rune.IsControl(rune) && rune.Value is not ('\t' or '\n' or '\r')) || rune.Value is 0xFFFE or 0xFFFF)
            {
                return false;
            }

            octets = octets[length..];
        }

        return true;
    }

    /// <summary>
    /// Accounts, records and what else is protected have their own doors, with checks that belong to a session; no output goes there in
    /// anybody's name, nor over a secret (DEL-321). A property is no place for a value.
    /// </summary>
    private static CommandOutcome? Barred(Work work, string target) =>
        !LocUri.TryParse(target, work.Options.UriLimits, out var uri, out var status) ? CommandOutcome.Refused(status, "TND-018")
        : uri!.Property is not null || uri.List is not null ? CommandOutcome.Refused(StatusCode.CommandNotAllowed, "TND-108")
        : ProtectedSet.Covers(work.Options, uri.Path) || work.State.Tree.Find(uri.Path) is { IsSecret: true }
            ? CommandOutcome.Refused(StatusCode.PermissionDenied, "DEL-329")
        : null;

    private static Node? Existing(Work work, string target) =>
        LocUri.TryParse(target, work.Options.UriLimits, out var uri, out _) ? work.State.Tree.Find(uri!.Path) : null;
}
