using System.Collections.Immutable;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation.Transactions;
using DmDelegation.Engine.Guard;
using DmDelegation.Engine.Session;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation.Start;

/// <summary>
/// The checks of 6.3 that need no cryptography, in the order of the specification: DEL-104, 102, 103, 105, 107, 100, 101, 108 … 115. The
/// first failure decides, so that the reason is deterministic and the costly checks come last.
/// </summary>
internal sealed class StartChecks(Work work, SessionState session, DelegationRecord record)
{
    /// <summary>How far a sequence number may jump (DEL-101): one wild value cannot use up the numbers.</summary>
    private const long MaxSeqJump = 1L << 20;

    /// <summary>Records of the total that are kept for the home authority of the root (DEL-050); of a smaller total at most one half, or nobody else had any.</summary>
    private const int KeptForHomeAuthority = 8;

    /// <summary>Finalised records, and those that are on the way to it (DEL-050).</summary>
    private const int MaxFinal = 8;

    private const int MaxPending = 4;
    private const int MaxPerServer = 4;
    private const int MaxStagedOrPendingPerServer = 2;

    private DelegationTerms _terms = null!;

    private AgentState State => work.State;

    /// <summary>Runs the checks; on success the terms hold identities, account and treatment.</summary>
    public (DelegationTerms? Terms, ReasonCode? Fault) Run()
    {
        var (terms, fault) = TermsReader.Read(record);
        if (!Authenticated())
        {
            return (null, ReasonCode.NotCreator);
        }

        if (fault is not null)
        {
            return (null, fault);
        }

        _terms = terms!;
        ReadOnlySpan<Func<ReasonCode?>> checks =
            [Types, Quota, Server, Nonce, Seq, Scope, Protected, Owner, Rights, Overlap, Chain, AccountData];
        foreach (var check in checks)
        {
            if (check() is { } refused)
            {
                return (null, refused);
            }
        }

        return (_terms, null);
    }

    /// <summary>Whether there is room for another Staged record, at the Add (DEL-050).</summary>
    public static bool RoomForStaged(Work work, string server) =>
        StagedOrPending(work.State, server) < MaxStagedOrPendingPerServer && !FailsTooOften(work, server);

    /// <summary>DEL-104: application layer, or TLS with certificates on both sides.</summary>
    private bool Authenticated() => session.Proof is ServerProof.ApplicationLayer or ServerProof.TlsMutual;

    /// <summary>DEL-103: the table of 4.2, and the confirmation mode that fits (DEL-176). Known is a B that has an account and is named by Ref.</summary>
    private ReasonCode? Types()
    {
        var limited = _terms.NotAfter is not null || _terms.MaxSeconds is not null;
        var known = _terms.Ref is not null && State.AccountOf(_terms.To) is not null;
        const AclCommands owner = AclCommands.Get | AclCommands.Replace;
        var legal = _terms.DurationType switch
        {
            DurationType.Temporary => limited,
            DurationType.UntilRevoked => !limited,
            _ => !limited && _terms.Exclusive && _terms.ConfirmMode == ConfirmMode.Exec && _terms.Scope.All(entry => (entry.Rights & owner) == owner),
        };
        legal &= _terms.ScopeType == ScopeType.Full
            ? _terms.Scope is [{ Uri: "." }]
            : _terms.Scope.Length > 0 && _terms.Scope.All(entry => entry.Uri != ".");
        legal &= _terms.ConfirmMode == ConfirmMode.Exec || !known;
        return legal ? null : ReasonCode.IllegalType;
    }

    /// <summary>DEL-105: records of DEL-050 and Starts per hour.</summary>
    private ReasonCode? Quota()
    {
        if (!CountStart())
        {
            return ReasonCode.Limit;
        }

        var home = State.IsHomeAuthorityOfRoot(work.Options, record.By);
        var running = State.Live().Where(live => live.Record.State != DelegationState.Finalised).Select(live => live.Record).ToList();
        var total = work.Options.Delegation.MaxActive;
        var kept = Math.Min(KeptForHomeAuthority, total / 2);
        bool NotKept(DelegationRecord other) => !State.IsHomeAuthorityOfRoot(work.Options, other.By);
        var full = running.Count >= total
            || (!home && running.Count(NotKept) >= total - kept)
            || (_terms.DurationType == DurationType.Final && State.Live().Count(live => live.Grant.DurationType == DurationType.Final) >= MaxFinal)
            || running.Count(other => other.State == DelegationState.Pending) >= MaxPending
            || StagedOrPending(State, record.By) > MaxStagedOrPendingPerServer
            || (!home && running.Count(other => other.By == record.By) >= MaxPerServer);
        return full ? ReasonCode.Limit : null;
    }

    private bool CountStart()
    {
        const long hourMs = 3_600_000;
        var server = State.ServerOf(record.By);
        var sameHour = server.StartWindowBootId == work.Now.BootId && work.Now.BootMs - server.StartWindowBootMs < hourMs;
        var starts = sameHour ? server.StartsInWindow : 0;
        if (starts >= work.Options.Delegation.StartsPerHour)
        {
            return false;
        }

        PutServer(server with
        {
            StartWindowBootId = work.Now.BootId,
            StartWindowBootMs = sameHour ? server.StartWindowBootMs : work.Now.BootMs,
            StartsInWindow = starts + 1,
        });
        return true;
    }

    /// <summary>
    /// Starts that fail before the quota is looked at leave a record, a tombstone and an alert behind all the same; so many failures in an
    /// hour, and the server builds no more records for now (own bound, T26). Tombstones tell, which no server can delete.
    /// </summary>
    private static bool FailsTooOften(Work work, string server)
    {
        var settings = work.Options.Delegation;
        var failed = work.State.Tombstones.Values.Count(tombstone =>
            tombstone.By == server && tombstone.State == DelegationState.Failed && tombstone.EndedAt > work.Time.AddHours(-1));
        return failed >= Math.Min(2 * settings.StartsPerHour, settings.MaxTombstones);
    }

    private static int StagedOrPending(AgentState state, string server) =>
        state.Records.Values.Count(other => other.By == server && other.State is DelegationState.Staged or DelegationState.Pending && other.By == server);

    /// <summary>DEL-107: B is another, well-formed, and no ancestor of A in the chain (DEL-004).</summary>
    private ReasonCode? Server()
    {
        var legal = _terms.To != record.By && ServerIdentifier.IsWellFormed(_terms.To) && !IsAncestor(_terms.To, record.By);
        return legal ? null : ReasonCode.ServerIllegal;
    }

    // By a Finalised delegation A is at home (DEL-068) and may give to whom it likes.
    private bool IsAncestor(string candidate, string server) => State.LiveTo(server).Any(live =>
        live.Record.State == DelegationState.Active && (live.Record.By == candidate || live.Grant.Lenders.Contains(candidate)) && HoldsScopeBy(live.Grant));

    private bool HoldsScopeBy(DelegationGrant grant) => _terms.Scope.Any(entry =>
        LocUri.TryParse(entry.Uri, UriLimits.Unlimited, out var uri, out _)
        && State.Tree.Resolve(uri!.Path) is { } chain && ScopeMembership.EntryFor(work.Options, grant, chain) is not null);

    /// <summary>DEL-100: the unused nonce last issued to this server in this boot; used up by this check, whatever comes after.</summary>
    private ReasonCode? Nonce()
    {
        var nonces = work.Engine.Nonces;
        if (!nonces.TryGetValue(record.By, out var issued)
            || issued.Used
            || work.Now.BootMs - issued.IssuedBootMs > work.Options.Delegation.NonceLifeSeconds * 1000L
            || !issued.Octets.Span.SequenceEqual(_terms.Nonce.Span))
        {
            return ReasonCode.NonceInvalid;
        }

        work.Engine = work.Engine with { Nonces = nonces.SetItem(record.By, issued with { Used = true }) };
        return null;
    }

    /// <summary>DEL-101. It is stored with T1, or by the caller when the voucher's signature was good.</summary>
    private ReasonCode? Seq()
    {
        var highest = State.ServerOf(record.By).HighestSeq;
        return _terms.Seq > highest && _terms.Seq - highest <= MaxSeqJump ? null : ReasonCode.SeqReplay;
    }

    /// <summary>Stores the sequence number as the highest accepted from A (DEL-101).</summary>
    public void KeepSeq(long seq) => PutServer(State.ServerOf(record.By) with { HighestSeq = seq });

    private void PutServer(ServerState server) => work.State = State with { Servers = State.Servers.SetItem(record.By, server) };

    /// <summary>DEL-108: one spelling per node, existing, and no two entries overlap (DEL-054).</summary>
    private ReasonCode? Scope()
    {
        var found = ImmutableArray.CreateBuilder<ScopeEntry>(_terms.Scope.Length);
        var chains = new List<NodeChain>(_terms.Scope.Length);
        foreach (var entry in _terms.Scope)
        {
            if (!LocUri.TryParse(entry.Uri, work.Options.UriLimits, out var uri, out _)
                || uri is not { Property: null, List: null }
                || uri.Path.ToString() != entry.Uri
                || State.Tree.Resolve(uri.Path) is not { } chain
                || chains.Any(other => other.Contains(chain.Target.Id) || chain.Contains(other.Target.Id)))
            {
                return ReasonCode.ScopeInvalid;
            }

            chains.Add(chain);
            found.Add(entry with { Root = chain.Target.Id });
        }

        _terms = _terms with { Scope = found.ToImmutable() };
        return null;
    }

    /// <summary>DEL-109: no entry in the protected set; one above a protected subtree is legal.</summary>
    private ReasonCode? Protected() =>
        Chains().Any(pair => ProtectedSet.Covers(work.Options, pair.Chain)) ? ReasonCode.ScopeProtected : null;

    /// <summary>
    /// DEL-110: A could reassign each root itself, or passes on what it holds as B of an Active record. Who does the latter wrongly, outside
    /// that scope too, is told so by DEL-113 and not here (S-185, S-186).
    /// </summary>
    private ReasonCode? Owner()
    {
        var atHome = Chains().All(pair => CouldReassign(pair.Chain));
        _terms = _terms with { Parent = new ChainCheck(work, record.By, _terms, [.. Chains()]).Parent(atHome) };
        return atHome || _terms.Parent is not null ? null : ReasonCode.NotOwner;
    }

    private bool CouldReassign(NodeChain chain)
    {
        bool Replaces(NodeChain at) => HomeScheme.Grants(State, work.Options, at.EffectiveAclOwner(), AclCommands.Replace, record.By, countTaken: true);
        return chain.Parent is { } parent ? (chain.Target.IsInterior && Replaces(chain)) || Replaces(parent) : Replaces(chain);
    }

    /// <summary>DEL-111: for each right of each entry, A holds it at the root or somewhere below. What the parent does not grant is DEL-113's.</summary>
    private ReasonCode? Rights() => Chains().All(pair => IsHeld(pair.Chain, pair.Entry.Rights & Lendable(pair.Chain))) ? null : ReasonCode.RightsExceeded;

    private bool IsHeld(NodeChain chain, AclCommands rights) => (HeldAnywhere(chain, rights) & rights) == rights;

    private AclCommands Lendable(NodeChain chain) => _terms.Parent?.Grant is not { } parent
        ? AclCommands.All
        : ScopeMembership.EntryFor(work.Options, parent, chain)?.Rights ?? AclCommands.None;

    private AclCommands HeldAnywhere(NodeChain chain, AclCommands rights)
    {
        if (ProtectedSet.Covers(work.Options, chain))
        {
            return AclCommands.None;
        }

        var held = Treatment.Held(State, work.Options, chain, record.By, rights, _terms.Parent?.Grant);
        foreach (var child in chain.Target.Children.Values)
        {
            if ((held & rights) == rights)
            {
                break;
            }

            held |= HeldAnywhere(chain.Child(child), rights);
        }

        return held;
    }

    /// <summary>
    /// DEL-112: a node that would be treated lies in the scope of a live delegation, and one of the two is exclusive (DEL-052, DEL-053). The
    /// chain above a sub-delegation is no conflict, nor is A's own Finalised delegation.
    /// </summary>
    private ReasonCode? Overlap()
    {
        _terms = _terms with { Treatment = Treatment.Plan(State, work.Options, record.By, _terms.To, _terms.Scope, _terms.Taken, _terms.Parent?.Grant) };
        var above = _terms.Parent is { } parent ? Delegation.Chain.Ancestors(State, parent.Grant!).Prepend(parent).Select(ancestor => ancestor.Id).ToList() : [];
        foreach (var (other, grant) in State.Live())
        {
            var conflicting = (_terms.Exclusive || grant.Exclusive) && !above.Contains(other.Id) && !(grant.To == record.By && other.State == DelegationState.Finalised);
            if (conflicting && _terms.Treatment.Treated.Any(node => ScopeMembership.EntryFor(work.Options, grant, node.Chain) is not null))
            {
                return ReasonCode.ScopeConflict;
            }
        }

        return null;
    }

    /// <summary>
    /// DEL-113: what 5.2 asks of a sub-delegation (DEL-061, DEL-062, DEL-064), and who may give away for good (DEL-065).
    /// </summary>
    private ReasonCode? Chain()
    {
        var sub = _terms.Parent?.Grant is { } parent
            ? !new ChainCheck(work, record.By, _terms, [.. Chains()]).IsLegal(parent)
            : _terms.SubDelegation > work.Options.Delegation.MaxDepth;
        var final = _terms.DurationType == DurationType.Final
            && !(_terms.Parent is null && Chains().All(pair => CouldReassign(pair.Chain)) && FinalCheck.IsLegal(work, record.By, _terms));
        return sub || final ? ReasonCode.ChainIllegal : null;
    }

    /// <summary>DEL-114: DEL-056, DEL-093, DEL-094. Addr and Ref side by side belong here (DEL-094).</summary>
    private ReasonCode? AccountData()
    {
        var existing = State.AccountOf(_terms.To);
        var pinned = !_terms.Pins.IsEmpty;
        if (_terms.Ref is { } reference)
        {
            var fits = existing is not null && _terms.Address.Length == 0 && (reference.Length == 0 || existing.Path.ToString() == reference);
            _terms = _terms with { KnownAccount = existing?.Node };
            return fits ? null : ReasonCode.AccountInvalid;
        }

        var identifiable = pinned || (work.Options.HostNamesVerifiable && _terms.DurationType != DurationType.Final);
        var legal = existing is null
            && State.Tree.Find(AccountList.Root.Child(AccountBuilder.NodeNameOf(record.Id))) is null
            && Uri.TryCreate(_terms.Address, UriKind.Absolute, out var uri)
            && uri.Scheme == Uri.UriSchemeHttps && HostName.Of(uri) is not null && uri.UserInfo.Length == 0
            && identifiable;
        return legal ? null : ReasonCode.AccountInvalid;
    }

    private IEnumerable<(ScopeEntry Entry, NodeChain Chain)> Chains() => _terms.Scope.Select(entry => (entry, State.Tree.Resolve(entry.Root)!));
}
