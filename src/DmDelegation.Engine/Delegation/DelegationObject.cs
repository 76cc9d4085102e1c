using DmDelegation.Engine.Session;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation;

/// <summary>The management object at <c>./Delegation</c> (6.1).</summary>
internal static class DelegationObject
{
    /// <summary>Whether a path belongs to the object: <c>./Delegation</c> itself or below.</summary>
    public static bool Covers(NodePath path) => path.Segments is ["Delegation", ..];

    public static CommandOutcome Get(Work work, SessionState session, LocUri uri) => throw new InvalidOperationException();

    public static CommandOutcome Add(Work work, SessionState session, LocUri uri, ValueArgument? value) => throw new InvalidOperationException();

    public static CommandOutcome Replace(Work work, SessionState session, LocUri uri, ValueArgument? value) => throw new InvalidOperationException();

    public static CommandOutcome Delete(Work work, SessionState session, LocUri uri) => throw new InvalidOperationException();

    public static CommandOutcome Exec(Work work, SessionState session, LocUri uri, ReadOnlyMemory<byte> argument, string correlator) => throw new InvalidOperationException();
}
