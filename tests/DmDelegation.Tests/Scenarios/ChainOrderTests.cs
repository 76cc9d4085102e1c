using DmDelegation.Engine;
using DmDelegation.Engine.Commands;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Guard;
using DmDelegation.Engine.Session;
using DmDelegation.Engine.State;
using DmDelegation.Protocol;
using DmDelegation.Tests.Scenarios.Harness;
using DmDelegation.Tree;
using StubEntry = DmDelegation.ServerStub.Delegation.ScopeEntry;

namespace DmDelegation.Tests.Scenarios;

/// <summary>
/// Trees of delegations that grow and end in random order, by every way there is: when the last has ended, the home scheme is back byte for
/// byte, and at every moment an ACL names nobody but those who hold something there.
/// </summary>
[TestClass]
public sealed class ChainOrderTests
{
    private const int Runs = 1000;
    private const string AllOfA = "Add=a.example&Delete=a.example&Exec=a.example&Get=a.example&Replace=a.example";

    private static readonly int FirstSeed = int.TryParse(Environment.GetEnvironmentVariable("DM_CHAIN_SEED"), out var seed) ? seed : 20_300_201;
    private static readonly string[] Uris = ["./SCM", "./SCM/x", "./SCM/dir", "./SCM/dir/leaf", "./SCM/own", "./SCM/own/leaf", "./Vendor", "./Vendor/data"];
    private static readonly string[] RightsToGive = ["Get", "Get+Replace", "Add+Delete+Get", "Add+Delete+Exec+Get+Replace"];

    // E has an account and rights of its own; the others come as guests.
    private static readonly string[] Servers = ["b.example", "c.example", "e.example", "f.example", "g.example"];

    private readonly Dictionary<string, int> _seen = [];

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Whatever_the_order_of_ends_the_home_scheme_is_back_byte_for_byte_DEL_051_DEL_066_DEL_135_DEL_136()
    {
        TestContext.WriteLine($"seeds {FirstSeed} … {FirstSeed + Runs - 1}");
        using var device = Device();
        for (var seed = FirstSeed; seed < FirstSeed + Runs; seed++)
        {
            new Order(device, seed, Count).Run();
        }

        foreach (var (what, count) in _seen.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            TestContext.WriteLine($"{count,7} {what}");
        }

        foreach (var what in (string[])["depth 1", "depth 2", "depth 3", "shared", "exclusive", "cascade", "beside each other"])
        {
            Assert.IsGreaterThan(50, _seen.GetValueOrDefault(what), what);
        }
    }

    private static TestDevice Device() => new(setup =>
    {
        setup.Known.Add("e.example");
        setup.Nodes.Add(("./SCM/own", "Exec=a.example&Get=a.example+e.example&Add=a.example&Delete=a.example+home.example&Replace=a.example", null));
        setup.Nodes.Add(("./SCM/own/leaf", "", "3"));
        setup.Nodes.Add(("./Vendor/data", AllOfA, "4"));
        setup.Delegation = setup.Delegation with { MaxDepth = 4, StartsPerHour = 100_000, MaxActive = 64 };
    });

    private void Count(string what) => _seen[what] = _seen.GetValueOrDefault(what) + 1;

    /// <summary>One tree of delegations, on the engine's own transactions over a state in memory.</summary>
    private sealed class Order(TestDevice device, int seed, Action<string> count)
    {
        private readonly Random _random = new(seed);
        private readonly List<string> _story = [];
        private EngineState _state = device.State with { Sessions = device.State.Sessions.Clear() };
        private int _serial;

        public void Run()
        {
            var home = Scheme();
            for (var step = _random.Next(6, 20); step > 0; step--)
            {
                var live = Live();
                if (live.Count > 0 && _random.Next(4) == 0)
                {
                    End(Any(live));
                }
                else
                {
                    Start(live);
                }

                NamesOnlyHolders();
                NobodyLosesWhatOthersHad();
            }

            while (Live() is { Count: > 0 } left)
            {
                End(Any(left));
                NamesOnlyHolders();
                NobodyLosesWhatOthersHad();
            }

            Assert.AreEqual(home, Scheme(), Told());
        }

        private T Any<T>(IReadOnlyList<T> among) => among[_random.Next(among.Count)];

        private void Start(List<DelegationRecord> live)
        {
            var active = live.Where(record => record.State == DelegationState.Active).ToList();
            var lender = active.Count > 0 && _random.Next(3) > 0 ? Any([.. active, .. active.Where(record => record.Grant!.Lenders.Length > 0), .. active.Where(record => record.Grant!.Lenders.Length > 1)]) : null;
            var a = lender?.Grant!.To ?? Given.A;
            var b = Any(Servers.Where(server => server != a).ToList());
            var delegation = new Delegating($"R{++_serial}", a, b) { ["Control"] = _random.Next(3) > 0 ? "shared" : "exclusive", GivenNonce = new byte[32] };
            delegation["SubDelegation"] = Math.Max(0, (lender?.Grant!.SubDelegation ?? 4) - 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
            delegation.Scope.Clear();
            for (var entries = _random.Next(3) == 0 ? 2 : 1; entries > 0; entries--)
            {
                delegation.Scope.Add(EntryOf(lender));
            }

            delegation = _state.Durable.AccountOf(b) is null ? delegation : delegation.KnownB();
            delegation.Learn([new Outcome("Get", "./Delegation/Seq", [200], [new Item { Data = ItemData.FromText(_state.Durable.ServerOf(a).HighestSeq.ToString(System.Globalization.CultureInfo.InvariantCulture)) }])]);
            _state = _state with { Nonces = _state.Nonces.SetItem(a, new IssuedNonce(delegation.GivenNonce, device.Now.BootMs, Used: false)) };
            var status = Say(a, Dm.Atomic([.. delegation.Adds()]), delegation.Start());
            _story.Add($"{delegation.Id} {a} to {b}, {delegation["Control"]}, {string.Join(' ', delegation.Scope.Select(entry => entry.Uri + "=" + entry.Rights))}: {status}");
            if (status == 200)
            {
                Confirm(delegation.Id);
            }
        }

        // Mostly something the lender can pass on.
        private StubEntry EntryOf(DelegationRecord? lender)
        {
            if (lender is null || _random.Next(10) == 0)
            {
                return new(Any(Uris), Any(RightsToGive));
            }

            var lent = Any(lender.Grant!.Scope);
            var rights = RightsToGive.Where(rights => rights.Split('+').All(right => lent.Rights.HasFlag(Enum.Parse<AclCommands>(right)))).ToList();
            return new(Any(Uris.Where(uri => (uri + "/").StartsWith(lent.Uri + "/", StringComparison.Ordinal)).ToList()), rights.Count > 0 ? Any(rights) : "Get");
        }

        private void Confirm(string id)
        {
            if (_random.Next(6) > 0)
            {
                var work = new Work(_state, device.Now, device.Engine.Options, device.Ports);
                DelegationEvents.Activate(work, work.State.Records[id], DelegationEvent.ConfirmProofGood);
                _state = work.Finish().State;
            }

            var record = _state.Durable.Records[id];
            _story[^1] += $" {record.State} under '{record.Grant!.Parent}'";
            count($"depth {record.Grant.Lenders.Length}");
            count(record.Grant.Exclusive ? "exclusive" : "shared");
            bool Touches(DelegationRecord other) => other.Grant!.Undo.Entries.Any(entry => record.Grant.Undo.Entries.Any(mine => mine.Node == entry.Node));
            if (Live().Any(other => other.Id != id && other.Grant!.Parent == record.Grant.Parent && Touches(other)))
            {
                count("beside each other");
            }
        }

        private void End(DelegationRecord record)
        {
            var before = Live().Count;
            var byB = _random.Next(3) == 0;
            var server = byB ? record.Grant!.To : Any([record.By, .. record.Grant!.Lenders]);
            var operation = byB ? "Relinquish" : record.State == DelegationState.Pending ? "Cancel" : "Revoke";
            var status = Say(server, Dm.Exec($"./Delegation/{record.Id}/Operations/{operation}"));
            _story.Add($"{record.Id} {operation} by {server}: {status}");
            Assert.AreEqual(200, status, Told());
            if (before - Live().Count > 1)
            {
                count("cascade");
            }
        }

        /// <summary>A server's commands in a session of its own; the Status of the last.</summary>
        private int Say(string server, params Command[] commands)
        {
            var session = new SessionState
            {
                Server = server,
                Serial = 1,
                Account = _state.Durable.AccountOf(server)!.Node,
                Proof = ServerProof.ApplicationLayer,
                ServerVerifiedByTls = true,
                Introduced = true,
            };
            var work = new Work(_state with { Sessions = _state.Sessions.SetItem(server, session) }, device.Now, device.Engine.Options, device.Ports);
            var runner = new CommandRunner(work, session, default);
            runner.Run([.. commands]);
            _state = work.Finish().State with { Sessions = _state.Sessions };
            return runner.Replies.OfType<Status>().Last().Data;
        }

        /// <summary>An ACL names a server that holds no live delegation there only if the home scheme does; all above a live one are Active.</summary>
        private void NamesOnlyHolders()
        {
            var live = Live();
            Assert.IsTrue(live.All(record => record.Grant!.Parent.Length == 0 || _state.Durable.Records[record.Grant.Parent].State == DelegationState.Active), Told());
            foreach (var node in _state.Durable.Tree.Root.SelfAndDescendants().Where(node => node.Acl is not null))
            {
                var chain = _state.Durable.Tree.Resolve(node.Id)!;
                foreach (var server in Servers.Where(server => node.Acl!.NamesAnywhere(server) && chain.Path.Segments is not ["DMAcc", ..]))
                {
                    var home = server == "e.example" && node.Acl!.CommandsOf(server) == AclCommands.Get;
                    Assert.IsTrue(home || live.Any(record => record.Grant!.To == server && record.Grant.Scope.Any(entry => chain.Contains(entry.Root))), $"{chain.Path} {node.Acl}\n{Told()}");
                }
            }
        }

        /// <summary>What T1 gave is there as long as its record is, but for what B gave on (DEL-051, DEL-295).</summary>
        private void NobodyLosesWhatOthersHad()
        {
            foreach (var (record, entry) in Live().SelectMany(record => record.Grant!.Undo.Entries.Select(entry => (record, entry))))
            {
                var owner = _state.Durable.Tree.Resolve(entry.Node)!.EffectiveAclOwner();
                var lost = Acl.Commands.ToArray().Where(one => entry.Added.HasFlag(one) && !owner.Acl!.Grants(one, record.Grant!.To)
                    && !HomeScheme.TakenFrom(_state.Durable, owner, one, record.Grant.To)).ToList();
                Assert.IsEmpty(lost, $"{record.Id} {entry.Uri} {string.Join('+', lost)}: {owner.Acl}\n{Told()}");
            }
        }

        private List<DelegationRecord> Live() => [.. _state.Durable.Records.Values.Where(record => record.State.IsLive())];

        private string Scheme() => string.Join('\n', _state.Durable.Tree.Root.SelfAndDescendants()
            .Select(node => $"{_state.Durable.Tree.PathOf(node.Id)} {node.Acl}{(node.IsInterior ? "" : "=" + Convert.ToHexString(node.Value.Span))}"));

        private string Told() => $"seed {seed}\n{string.Join('\n', _story)}";
    }
}
