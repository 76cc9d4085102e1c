using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Tests.Scenarios.Harness;
using DmDelegation.Tree;
using ScopeEntry = DmDelegation.ServerStub.Delegation.ScopeEntry;

namespace DmDelegation.Tests.Simulation;

/// <summary>Makes delegations by a seed: of every kind that the agent carries out, and wrong ones; and plays their B.</summary>
public sealed class Delegator(Random random, SimulatedSetup setup, SimulatedClock clock)
{
    private const string AllRights = "Add+Delete+Exec+Get+Replace";

    private static readonly string[] RootsOfA = ["./SCM", "./SCM/dir", "./SCM/dir/deep", "./SCM/y", "./Net", "./Vendor"];
    private static readonly string[] RootsOfD = ["./Rogue", "./Rogue/dir"];

    private readonly Dictionary<string, Delegating> _made = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ScriptedServer> _guests = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Rotation> _rotations = new(StringComparer.Ordinal);
    private readonly HashSet<string> _wrongKeys = new(StringComparer.Ordinal);
    private int _number;

    /// <summary>The record is built and mostly started, over two messages.</summary>
    public IEnumerable<Batch> Delegate(AgentState state, string a)
    {
        var delegation = Make(state, a);
        _made[delegation.Id] = delegation;
        yield return delegation.Ask();
        var start = random.Next(8) > 0;
        yield return before => before.Any(outcome => outcome.Uri == "./Delegation/Nonce" && !outcome.Results.IsEmpty)
            && before.Any(outcome => outcome.Uri == "./Delegation/Seq" && !outcome.Results.IsEmpty) ? delegation.Build(start)(before) : null;
    }

    /// <summary>B reads the challenge and proves itself, or tries to.</summary>
    public IEnumerable<Batch> Confirm(string id, bool good)
    {
        if (!_made.TryGetValue(id, out var delegation))
        {
            yield break;
        }

        yield return _ => [Dm.Get(delegation.Uri + "/Confirm/Challenge")];
        yield return before => before is [.., { Results.IsEmpty: false } last] && last.Uri.EndsWith("/Challenge", StringComparison.Ordinal)
            ? [delegation.Operation("Confirm", delegation.Proof(good && !_wrongKeys.Contains(id) ? last.Octets : new byte[32]))]
            : null;
    }

    /// <summary>
    /// A guest replaces both secrets; it uses the new ones from its next session on, if it has our Status for them, and else repeats them there
    /// (DEL-181, DEL-182).
    /// </summary>
    public IEnumerable<Batch> Rotate(AgentState state, string server)
    {
        if (AccountOf(state, server) is not { } id)
        {
            yield break;
        }

        if (!_rotations.TryGetValue(id, out var rotation) || rotation.IsKnown)
        {
            _rotations[id] = rotation = new Rotation(new OwnSecrets(Word(), Word()));
        }

        yield return _ => rotation.Own.Replacing(AccountList.Root.Child(AccountBuilder.NodeNameOf(id)).ToString());
        yield return before =>
        {
            rotation.IsKnown = before.TakeLast(2).All(outcome => outcome is { Name: "Replace", Status: 200 });
            return null;
        };
    }

    public bool HasWrongKey(AgentState state, string server) =>
        state.LiveTo(server).Any(live => live.Grant.AccountMade && live.Record.State == DelegationState.Pending && _wrongKeys.Contains(live.Record.Id));

    public ScriptedServer? Guest(AgentState state, string server, Func<int, byte[]> nonces)
    {
        if (AccountOf(state, server) is not { } id)
        {
            return null;
        }

        if (!_guests.TryGetValue(id, out var guest))
        {
            _guests[id] = guest = _made[id].MakeB();
            guest.NewNonce = nonces;
        }

        if (_rotations.GetValueOrDefault(id) is { IsKnown: true } rotation)
        {
            rotation.Own.Use(guest);
        }

        return guest;
    }

    private string? AccountOf(AgentState state, string server) => _made.Keys.FirstOrDefault(id => _made[id].B == server && HasAccount(state, id));

    // The account may outlive the delegation that made it (DEL-057).
    private static bool HasAccount(AgentState state, string id) => state.Tree.Find(AccountList.Root.Child(AccountBuilder.NodeNameOf(id))) is not null;

    private Delegating Make(AgentState state, string a)
    {
        string[] others = [.. ((string[])["b.example", "b.example", "d.example", "a.example"]).Where(server => server != a)];
        var b = others[random.Next(others.Length)];
        var reused = random.Next(5) == 0 ? _made.Keys.FirstOrDefault(id => _made[id].A == a && state.Records.GetValueOrDefault(id)?.State.IsLive() != true && !HasAccount(state, id) && (!state.Records.ContainsKey(id) || random.Next(8) == 0)) : null;
        var delegation = new Delegating(reused ?? $"d{++_number}", a, b) { Tdk = Key() };
        delegation["Server/Name"] = "Company B";
        var parent = state.LiveTo(a).FirstOrDefault(live => live.Record.State == DelegationState.Active && live.Grant.SubDelegation > 0).Grant;
        parent = random.Next(3) == 0 ? null : parent;
        Scope(delegation, state, a, parent);
        Kind(delegation, parent);
        if (state.AccountOf(b) is not null)
        {
            delegation.KnownB();
            if (random.Next(15) == 0)
            {
                MakeFinal(delegation);
            }
        }
        else
        {
            delegation["Account/AuthType"] = random.Next(3) == 0 ? "DIGEST" : null;
            if (a == "a.example" && parent is null && random.Next(4) == 0)
            {
                MakeFinal(delegation);
                delegation.CertPin = Key();
            }
        }

        if (random.Next(12) == 0 && _made.Values.Where(before => before.A == a && before.Nonce.Length > 0).ToList() is { Count: > 0 } earlier)
        {
            Replay(delegation, earlier[random.Next(earlier.Count)]);
        }

        _ = random.Next(8) == 0 ? _wrongKeys.Add(delegation.Id) : _wrongKeys.Remove(delegation.Id);
        _guests.Remove(delegation.Id);
        _rotations.Remove(delegation.Id);
        return delegation;
    }

    // No limit of time and no policy goes with it; it is exclusive, and gives at least Get and Replace (DEL-027).
    private static void MakeFinal(Delegating delegation)
    {
        delegation.Final();
        delegation["Control"] = "exclusive";
        var entries = delegation.Scope.Select(entry => entry with { Rights = string.Join('+', entry.Rights.Split('+').Union(["Get", "Replace"])) }).ToList();
        delegation.Scope.Clear();
        delegation.Scope.AddRange(entries);
        (delegation["Expiry/MaxSeconds"], delegation["Expiry/NotAfter"], delegation["Expiry/Now"], delegation["Policy/OnTimeUnknown"]) = (null, null, null, null);
    }

    // Mostly what A can give; now and then anything.
    private void Scope(Delegating delegation, AgentState state, string a, DelegationGrant? parent)
    {
        if (setup.AIsHomeAuthority && a == "a.example" && random.Next(4) == 0)
        {
            delegation.Full(signed: random.Next(10) == 0);
            return;
        }

        if (parent is not null)
        {
            delegation.Scope.Clear();
            delegation.Scope.AddRange(parent.Scope.Where((_, index) => index == 0 || random.Next(2) == 0).Select(entry => new ScopeEntry(Below(state, entry), Rights(entry.Rights))));
            return;
        }

        var careless = random.Next(10) == 0;
        var roots = (a == "d.example" ? RootsOfD : RootsOfA).Where(root => careless || Held(state, a, root).HasFlag(AclCommands.Replace)).ToList();
        var some = roots.Where(_ => random.Next(3) == 0).DefaultIfEmpty(roots.Count > 0 ? roots[random.Next(roots.Count)] : "./SCM").ToList();
        delegation.Scope.Clear();
        foreach (var root in some.Where(root => !some.Any(other => root.StartsWith(other + "/", StringComparison.Ordinal))))
        {
            delegation.Scope.Add(new ScopeEntry(root, Rights(careless ? AclCommands.All : Held(state, a, root))));
        }
    }

    // The root of what A was given itself, or a node below it.
    private string Below(AgentState state, DmDelegation.Engine.Delegation.ScopeEntry entry)
    {
        var nodes = state.Tree.Find(entry.Root)?.SelfAndDescendants().Where(node => node.IsInterior).ToList() ?? [];
        return nodes.Count == 0 || random.Next(2) == 0 ? entry.Uri : state.Tree.PathOf(nodes[random.Next(nodes.Count)].Id)!.ToString();
    }

    private static AclCommands Held(AgentState state, string a, string root) =>
        state.Tree.Resolve(NodePath.Parse(root)) is not { } chain ? AclCommands.None
        : Acl.Commands.ToArray().Where(one => chain.EffectiveAcl().Grants(one, a)).Aggregate(AclCommands.None, (sum, one) => sum | one);

    private void Kind(Delegating delegation, DelegationGrant? parent)
    {
        delegation["SubDelegation"] = random.Next(3) == 0 ? random.Next(parent is null ? 3 : 2).ToString(CultureInfo.InvariantCulture) : null;
        delegation["Control"] = random.Next(2) == 0 ? "exclusive" : "shared";
        delegation["Confirm/Mode"] = random.Next(2) == 0 ? "exec" : "auth";
        delegation["Confirm/Window"] = random.Next(600, 7200).ToString(CultureInfo.InvariantCulture);
        if (parent is { DurationType: DurationType.Temporary })
        {
            delegation.Temporary(random.Next(300, 3000));
            return;
        }

        switch (random.Next(6))
        {
            case < 2:
                delegation.Temporary(random.Next(300, 20_000));
                delegation["Policy/OnTimeUnknown"] = random.Next(3) == 0 ? "budget" : null;
                break;
            case 2:
                delegation["DurationType"] = "temporary";
                delegation["Expiry/NotAfter"] = BasicTime.Format(clock.TrueTime.AddSeconds(random.Next(600, 90_000)));
                break;
            case 3:
                delegation.Temporary(random.Next(300, 20_000));
                delegation["Expiry/NotAfter"] = BasicTime.Format(clock.TrueTime.AddSeconds(random.Next(600, 20_000)));
                delegation["Expiry/Now"] = random.Next(2) == 0 ? BasicTime.Format(clock.TrueTime) : null;
                break;
        }
    }

    // A Delegation Command that was heard before: its nonce, its number, or both.
    private void Replay(Delegating delegation, Delegating earlier)
    {
        var part = random.Next(3);
        delegation.GivenNonce = part == 1 ? null : earlier.Nonce;
        delegation.GivenSeq = part == 0 ? null : earlier.Seq.ToString(CultureInfo.InvariantCulture);
    }

    private string Rights(AclCommands held)
    {
        string[] rights = [.. AllRights.Split('+').Where(right => held.HasFlag(Enum.Parse<AclCommands>(right)) && random.Next(4) > 0)];
        return rights.Length == 0 ? "Get" : string.Join('+', rights);
    }

    private string Word()
    {
        var octets = new byte[24];
        random.NextBytes(octets);
        return Convert.ToBase64String(octets);
    }

    private byte[] Key() => SHA256.HashData(Encoding.UTF8.GetBytes($"key {random.Next()} {_number}"));

    /// <summary>New secrets of a guest, and whether it knows that the device has them.</summary>
    private sealed class Rotation(OwnSecrets own)
    {
        public OwnSecrets Own => own;

        public bool IsKnown { get; set; }
    }
}
