using System.Collections.Immutable;
using System.Text.Json;
using DmDelegation.Agent.Queries;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Agent.Queries;

[TestClass]
public sealed class QueryTests
{
    [TestMethod]
    public void Status_names_the_delegated_server_its_part_and_its_end()
    {
        using var samples = new Samples();
        var report = StatusQuery.Report(samples.Context(WithDelegation(samples, DelegationState.Active)));
        var manager = report.ManagedBy.Single();
        Assert.AreEqual(("b.example", "a.example", "7QK2", "2027-01-02T03:04:15Z", (long?)10), (manager.Server, manager.By, manager.Delegation, manager.Until, manager.RemainingSeconds));
        CollectionAssert.AreEqual(new[] { "./SCM" }, manager.Scope.ToArray());
        Assert.AreEqual(new DelegationCounts(0, 1, 0), report.Delegations);
        Assert.AreEqual(
            "Managed by a.example; ./SCM is managed by b.example until 2027-01-02T03:04:15Z (delegation 7QK2 by a.example)",
            StatusQuery.Line(samples.Context(WithDelegation(samples, DelegationState.Active))));
    }

    [TestMethod]
    public void A_pending_delegation_manages_nothing_yet_and_is_a_notice()
    {
        using var samples = new Samples();
        var report = StatusQuery.Report(samples.Context(WithDelegation(samples, DelegationState.Pending)));
        Assert.IsEmpty(report.ManagedBy);
        Assert.IsTrue(report.Well);
        Assert.AreEqual("delegation-pending", report.Warnings.Single().Code);
    }

    [TestMethod]
    public void Delegation_show_has_every_field_of_the_interface()
    {
        using var samples = new Samples();
        var report = DelegationQuery.Show(samples.Context(WithDelegation(samples, DelegationState.Active)), "7QK2").Data!;
        var json = JsonSerializer.Serialize(report, ReportJson.Readable.DelegationReport);
        Assert.AreEqual(
            """
            {"id":"7QK2","state":"Active","stateCode":2,"reason":"OK","reasonCode":0,"by":"a.example","to":"b.example","type":"temporary","scopeType":"partial","durationType":"temporary","control":"exclusive","scope":[{"uri":"./SCM","rights":"Get+Replace"}],"remainingSeconds":10,"windowLeftSeconds":null,"ackDelegating":2,"ackDelegated":0,"account":"./DMAcc/a","parent":null,"children":[],"until":"2027-01-02T03:04:15Z","held":null,"meaning":"","next":""}
            """, json);
    }

    [TestMethod]
    public void A_server_kept_out_by_an_exclusive_delegation_is_told_the_rule_and_the_delegation_DEL_331()
    {
        using var samples = new Samples();
        var context = samples.Context(WithDelegation(samples, DelegationState.Active));
        var report = AccessQuery.Explain(context, "a.example", "Replace", "./SCM/x").Data!;
        Assert.AreEqual((false, 425, "DEL-331", "7QK2"), (report.Allowed, report.Status, report.Rule, report.Delegation));
        StringAssert.Contains(report.Text, "exclusive", StringComparison.Ordinal);
        Assert.IsTrue(AccessQuery.Explain(context, "a.example", "Get", "./SCM/x").Data!.Allowed);
    }

    [TestMethod]
    public void A_description_that_forbids_is_told_after_an_ACL_that_allows_TND_033()
    {
        using var samples = new Samples();
        var report = AccessQuery.Explain(samples.Context(), "a.example", "Replace", "./SCM/r").Data!;
        Assert.AreEqual((false, 405, "TND-033"), (report.Allowed, report.Status, report.Rule));
    }

    [TestMethod]
    [DataRow("Add", "./SCM/new/deep", true, "ACL-023")]
    [DataRow("Replace", "./SCM?prop=ACL", true, "ACL-026")]
    [DataRow("Replace", "./SCM/x?prop=Name", true, "ACL-022")]
    [DataRow("Get", "./SCM/x?prop=ACL", true, "ACL-034")]
    [DataRow("Delete", "./SCM/x", true, "ACL-024")]
    public void A_command_is_explained_by_the_row_of_8_3_that_it_means_ACL_022_ACL_023_ACL_026_ACL_034(string command, string uri, bool allowed, string rule)
    {
        using var samples = new Samples();
        var report = AccessQuery.Explain(samples.Context(), "a.example", command, uri).Data!;
        Assert.AreEqual((allowed, rule, "./SCM"), (report.Allowed, report.Rule, report.DecidedAt));
        Assert.IsFalse(report.Text.Contains("see the specification", StringComparison.Ordinal));
    }

    [TestMethod]
    public void Without_a_home_authority_status_names_the_accounts_that_manage_the_device()
    {
        using var samples = new Samples();
        var tree = new TreeTransaction(samples.Factory.Tree, Samples.Now.Wall);
        tree.SetAcl(samples.Factory.Tree.Root.Id, Acl.Parse("Add=*&Get=*"));
        var context = samples.Context(samples.Factory with { Tree = tree.Current });
        Assert.AreEqual("Managed through the account of a.example, which the ACL of the root does not name", StatusQuery.Line(context));
        Assert.AreEqual("Managed by a.example", StatusQuery.Line(samples.Context()));
    }

    [TestMethod]
    public void Warnings_have_their_codes()
    {
        using var samples = new Samples();
        var unknown = Samples.Now with { WallTrusted = false };
        var context = samples.Context(
            WithDelegation(samples, DelegationState.Suspended) with { Outbox = Waiting() },
            running: false,
            state => state with
            {
                Clock = state.Clock with { Trust = ClockTrust.Unknown, Jump = new ClockJump(Samples.Now.Wall, Samples.Now.Wall.AddYears(-7), "boot") },
                Contacts = state.Contacts.Add("a.example", new ContactState(3, 0, -1, "connect")),
            }) with
        { Now = unknown, Facts = new AgentFacts(false, ["a.example", "gone.example"], ["account a: changed"], true) };
        var warnings = Warnings.Of(context);
        CollectionAssert.AreEquivalent(
            new[] { "not-running", "store-log-left", "account-missing", "account-differs", "clock-not-trusted", "clock-jump", "delegation-suspended", "contact-failing", "outbox-waiting" },
            warnings.Select(warning => warning.Code).ToArray());
        Assert.AreEqual("contact-failing", warnings.Single(warning => warning.Code == "outbox-waiting").Because);
        Assert.IsFalse(StatusQuery.Report(context).Well);
    }

    [TestMethod]
    public void A_list_can_have_all_nodes_below()
    {
        using var samples = new Samples();
        var nodes = TreeQueries.List(samples.Context(), "./DMAcc", recursive: true).Data!.Nodes;
        CollectionAssert.Contains(nodes.Select(node => node.Uri).ToArray(), "./DMAcc/a/AppAuth/c/AAuthSecret");
        Assert.HasCount(1, TreeQueries.List(samples.Context(), "./DMAcc", recursive: false).Data!.Nodes);
    }

    private static AgentState WithDelegation(Samples samples, DelegationState state)
    {
        var tree = samples.Factory.Tree;
        var elapsed = ElapsedTime.Start(Samples.Now, 60_000);
        var leaves = new[] { ("ScopeType", "partial"), ("DurationType", "temporary"), ("Control", "exclusive") };
        var record = new DelegationRecord
        {
            Id = "7QK2",
            By = "a.example",
            State = state,
            AckDelegating = AckState.Delivered,
            Leaves = leaves.ToImmutableSortedDictionary(
                leaf => leaf.Item1, leaf => new RecordLeaf(Formats.Chr, System.Text.Encoding.UTF8.GetBytes(leaf.Item2)), StringComparer.Ordinal),
            Grant = new DelegationGrant
            {
                To = "b.example",
                ScopeType = ScopeType.Partial,
                DurationType = DurationType.Temporary,
                Exclusive = true,
                Scope = [new ScopeEntry("1", "./SCM", tree.Find(NodePath.Parse("./SCM"))!.Id, AclCommands.Get | AclCommands.Replace)],
                ConfirmMode = ConfirmMode.Auth,
                WindowSeconds = 3600,
                MaxSeconds = 10,
                BindingHash = default,
                Check = default,
                Account = tree.Find(NodePath.Parse("./DMAcc/a"))!.Id,
                AccountMade = false,
                Window = elapsed,
                Life = elapsed,
            },
        };
        return samples.Factory with { Records = samples.Factory.Records.Add(record.Id, record) };
    }

    private static ImmutableSortedDictionary<long, OutboxEntry> Waiting() =>
        ImmutableSortedDictionary<long, OutboxEntry>.Empty.Add(1, new OutboxEntry(1, "k", "a.example", "7QK2", "End", "warning", "", "", 0, Samples.Now.Wall));
}
