using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Execution;
using DmDelegation.Engine.State;
using DmDelegation.Protocol;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Session;

/// <summary>An outbox entry as a generic alert (10.1 of the delegation specification, PRO-131 to PRO-140).</summary>
internal static class OutboxAlert
{
    public static Alert Of(OutboxEntry entry) =>
        new("", AlertCode.GenericAlert.ToString(), entry.Correlator.Length == 0 ? null : entry.Correlator, [new Item
        {
            Source = new Location(SourceOf(entry)),
            Meta = new MetaInfo { Format = Formats.Xml, Type = entry.Event == OperationReport.Event ? OperationReport.Type : Alerts.TypeOf(entry.Event), Mark = entry.Mark },
            Data = ItemData.FromText(entry.Payload),
        }]);

    // A report of all delegations at once belongs to no record (DEL-298).
    private static string SourceOf(OutboxEntry entry) =>
        entry.Event == OperationReport.Event ? entry.DelegationId
        : (entry.DelegationId.Length == 0 ? NodePath.Of("Delegation") : NodePath.Of("Delegation", entry.DelegationId)).ToString();
}
