using DmDelegation.Engine.Guard;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation.Start;

/// <summary>
/// The chain rules of 5.2 (DEL-113): what a server passes on that it manages itself by a delegation. A sub-delegation has one parent: every
/// entry lies inside one entry of that record (DEL-062). Entries that are partly A's own and partly lent, or lent by two records, have no
/// such parent and are CHAIN_ILLEGAL: they would end at different times, and entries cannot be split (DEL-264).
/// </summary>
internal sealed class ChainCheck(Work work, string a, DelegationTerms terms, IReadOnlyList<(ScopeEntry Entry, NodeChain Chain)> roots)
{
    /// <summary>
    /// The parent of the sub-delegation that a Start is; null if it is none. It is one if A could not reassign every root at home, and where
    /// the home scheme would do but the roots are lent to A exclusively: there only a sub-delegation is no conflict (DEL-052). Of several
    /// records the first under which the Start is legal, by their ids.
    /// </summary>
    /// <param name="atHome">A could reassign every root by its home scheme (DEL-110).</param>
    public DelegationRecord? Parent(bool atHome)
    {
        var held = work.State.LiveTo(a).Where(live => live.Record.State == DelegationState.Active);
        if (atHome)
        {
            held = held.Where(live => (terms.Exclusive || live.Grant.Exclusive) && roots.All(root => Lending(live.Grant, root.Chain) is not null));
        }

        var candidates = held.ToList();
        var legal = candidates.FirstOrDefault(live => IsLegal(live.Grant));
        return legal.Record ?? candidates.FirstOrDefault().Record;
    }

    /// <summary>Whether a Start under a parent keeps all chain rules.</summary>
    public bool IsLegal(DelegationGrant parent) => IsDeepEnough(parent) && IsInside(parent) && IsNoLonger(parent);

    /// <summary>The entry of a parent that lends a root to A, null if none does.</summary>
    public ScopeEntry? Lending(DelegationGrant parent, NodeChain root) => ScopeMembership.EntryFor(work.Options, parent, root);

    /// <summary>Limits that were derived and not ordered by A are cut to what is left of the parent (DEL-064, DEL-207).</summary>
    public static DelegationTerms Cut(Work work, DelegationTerms terms)
    {
        if (terms.Parent?.Grant is not { DurationType: DurationType.Temporary } parent)
        {
            return terms;
        }

        var (seconds, latest) = Left(work, parent);
        return terms with { MaxSeconds = terms.MaxSeconds > seconds ? seconds : terms.MaxSeconds, NotAfter = terms.NotAfter > latest ? latest : terms.NotAfter };
    }

    /// <summary>The parent allows it, the child allows less, and the device allows that many (DEL-061).</summary>
    private bool IsDeepEnough(DelegationGrant parent) =>
        terms.SubDelegation < parent.SubDelegation && Chain.Depth(parent) + 1 + terms.SubDelegation <= work.Options.Delegation.MaxDepth;

    /// <summary>Attenuation only (DEL-062).</summary>
    private bool IsInside(DelegationGrant parent) =>
        roots.All(root => Lending(parent, root.Chain) is { } lent && (root.Entry.Rights & ~lent.Rights) == AclCommands.None);

    /// <summary>Nobody gives away for ever what was lent (DEL-065); under a temporary parent not for longer than that (DEL-064).</summary>
    private bool IsNoLonger(DelegationGrant parent)
    {
        if (parent.DurationType != DurationType.Temporary)
        {
            return terms.DurationType != DurationType.Final;
        }

        var (seconds, latest) = Left(work, parent);
        return terms.DurationType == DurationType.Temporary && !(terms.MaxSeconds > seconds) && !(terms.NotAfter > latest);
    }

    /// <summary>
    /// What is left of a temporary parent: whole seconds of life, and the latest end in UTC. Where the clock is not trusted, effective time
    /// may lag behind that of A, so a NotAfter of the parent is compared with as it stands.
    /// </summary>
    private static (long Seconds, DateTimeOffset? Latest) Left(Work work, DelegationGrant parent)
    {
        var latest = parent.NotAfter;
        if (parent.MaxSeconds is { } seconds && (latest is null || work.Engine.Clock.Trust == ClockTrust.Trusted))
        {
            var end = work.Time.Later(TimeSpan.FromMilliseconds(Math.Max(0, (seconds * 1000) - (parent.Life?.ElapsedMs(work.Now) ?? 0))));
            latest = latest < end ? latest : end;
        }

        return (Limits.LifeLeftMs(parent, work.Now, work.Time) / 1000, latest);
    }
}
