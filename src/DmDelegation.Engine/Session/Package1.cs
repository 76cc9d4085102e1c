using DmDelegation.Engine.Commands;
using DmDelegation.Protocol;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Session;

/// <summary>Package 1: what the device says of itself (protocol.md 5).</summary>
internal static class Package1
{
    private static readonly NodePath DevInfo = NodePath.Root.Child("DevInfo");

    /// <summary>Sends the first message of a session. Alerts go with it, but not to a guest that is not authenticated yet (DEL-231).</summary>
    public static void Begin(Work work, SessionState session) =>
        MessageSending.Send(work, session with { Phase = SessionPhase.Package1, Owed = [.. Commands(work)] }, null, alerts: !session.IsGuest);

    /// <summary>Alert 1201 and the Replace of DevInfo, which always are in the first message (PRO-040 to PRO-046).</summary>
    public static IEnumerable<Command> Commands(Work work) =>
        [new Alert("", AlertCode.ClientInitiatedMgmt), new Replace("", null, [.. Items(work)])];

    // One Item for each leaf that exists, whatever its ACL says (STD-043 to STD-046).
    private static IEnumerable<Item> Items(Work work)
    {
        var tree = work.State.Tree;
        if (tree.Find(DevInfo) is not { } root)
        {
            yield break;
        }

        foreach (var leaf in root.SelfAndDescendants().Where(node => !node.IsInterior && !node.IsSecret))
        {
            var uri = tree.PathOf(leaf.Id)!.ToString();
            yield return ResultsForm.WireItem(new ResultItem(uri, leaf.Format, leaf.Type, leaf.Value, true), uri);
        }
    }
}
