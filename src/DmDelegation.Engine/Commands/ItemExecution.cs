using System.Collections.Immutable;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Audit;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Execution;
using DmDelegation.Engine.Guard;
using DmDelegation.Engine.Session;
using DmDelegation.Engine.State;
using DmDelegation.Protocol;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Commands;

/// <summary>Carries out one Item of one command: on the delegation object, or on the tree. The one place where a command meets either.</summary>
internal sealed class ItemExecution(Work work, string server)
{
    private const string RuleOfItems = "REP-035";

    /// <summary>The closed doors of the delegation object; what else it refuses is form, state, or a Start or proof with an entry of its own.</summary>
    private static readonly ImmutableArray<string> DoorsOfDelegations = ["DEL-081", "DEL-082", "DEL-083", "DEL-087", "DEL-175", "DEL-209", "DEL-262", "DEL-290"];

    private AccessVerdict? _refused;
    private AccessVerdict? _granted;

    private SessionState Session => work.Engine.Sessions[server];

    /// <summary>Whether an Item belongs to <c>Key/Value</c> of a record, whose octets are the key itself (DEL-188).</summary>
    public bool IsKeyValue(Item item) =>
        item.Target is { } target && LocUri.TryParse(target.LocURI, work.Options.UriLimits, out var uri, out _) && IsKeyValue(uri!.Path);

    public CommandOutcome Run(ItemCommand command, Item item)
    {
        _refused = null;
        var before = work.State;
        var outcome = Execute(command, item);
        if (!outcome.Succeeded)
        {
            AuditRefusal(item, outcome);
        }
        else if (!ReferenceEquals(before, work.State))
        {
            AccountReach.Note(work, server, before);
        }

        return outcome;
    }

    /// <summary>Counts what the guard or an ACL refused, on the tree or at the delegation object (DEL-400).</summary>
    private void AuditRefusal(Item item, CommandOutcome outcome)
    {
        var byPolicy = _refused is { } refused && refused.Answer.Rule == outcome.Rule;
        if (byPolicy || outcome.Rule == RoomRule.Guests)
        {
            AuditLog.Refused(work, RecordOf(byPolicy ? _refused!.Value.Delegation : work.State.LiveTo(server).First().Record.Id), server, outcome.Reason);
        }
        else if ((DoorsOfDelegations.Contains(outcome.Rule) || outcome.Reason == ReasonCode.NotCreator.Code) && RecordAt(item.Target?.LocURI) is { } record)
        {
            AuditLog.Refused(work, record, server, outcome.Reason);
        }
    }

    private DelegationRecord? RecordOf(string? delegation) => delegation is null ? null : work.State.Records.GetValueOrDefault(delegation);

    /// <summary>The record that an address lies in; what names none is a slip and no attempt on anybody's.</summary>
    private DelegationRecord? RecordAt(string? address) =>
        LocUri.TryParse(address ?? "", work.Options.UriLimits, out var uri, out _) && uri!.Path.Segments is [DelegationObject.Name, var id, ..]
            ? work.State.Records.GetValueOrDefault(id)
            : null;

    private CommandOutcome Execute(ItemCommand command, Item item)
    {
        if (item.Target is not { LocURI: { Length: > 0 } target } || (command is Copy && item.Source is not { LocURI.Length: > 0 }))
        {
            return Refused(StatusCode.IncompleteCommand, RuleOfItems);
        }

        // A URI that cannot be read has its status from the tree commands.
        var uri = LocUri.TryParse(target, work.Options.UriLimits, out var parsed, out _) ? parsed : null;
        var delegation = uri is not null && DelegationObject.Covers(uri.Path);
        return command switch
        {
            Get => delegation ? DelegationObject.Get(work, Session, uri!) : WithDelegations(uri, OnTree(target, context => TreeCommands.Get(context, target))),
            Delete => delegation ? DelegationObject.Delete(work, Session, uri!) : Deleted(target, uri),
            Copy => Copied(item.Source!.LocURI, target, delegation),
            Exec exec => delegation ? Started(exec, item, uri!) : Executed(exec, item, target),
            _ => Written(command, item, uri, delegation),
        };
    }

    private CommandOutcome Written(ItemCommand command, Item item, LocUri? uri, bool delegation)
    {
        var target = item.Target!.LocURI;
        var secret = uri is not null && uri.Property is null && IsSecret(uri.Path);
        // Whatever is base64 in a record is octets (6.1 of the delegation specification); elsewhere the description tells.
        var format = uri is null || uri.Property is not null ? null
            : delegation ? Formats.Bin
            : work.Options.Description.Describe(uri.Path).Format;
        if (ItemValue.Read(command, item, format, secret) is not { } argument)
        {
            return Refused(StatusCode.UnsupportedMediaTypeOrFormat, "TND-122");
        }

        var outcome = (command, delegation) switch
        {
            (Add, true) => DelegationObject.Add(work, Session, uri!, argument),
            (Add, false) => OnTree(target, context => TreeCommands.Add(context, target, argument)),
            (_, true) => DelegationObject.Replace(work, Session, uri!, argument),
            (_, false) => secret ? SecretReplaced(target, argument) : OnTree(target, context => TreeCommands.Replace(context, target, argument)),
        };
        if (command is Replace && !delegation && uri?.Property is Properties.Acl && outcome is { Succeeded: true, Target: { } node })
        {
            DelegationEvents.AclReplaced(work, server, node);
        }

        if (secret)
        {
            ItemValue.Zero(argument);
        }

        return outcome;
    }

    // A secret that does not do is refused, and the leaf is as it was (DEL-181).
    private CommandOutcome SecretReplaced(string target, ValueArgument argument)
    {
        var before = work.State;
        var outcome = OnTree(target, context => TreeCommands.Replace(context, target, argument));
        if (outcome is not { Succeeded: true, Target: { } leaf } || SecretRotation.Replaced(work, server, before.Tree, leaf, argument.Data.Span) is not { } weak)
        {
            return outcome;
        }

        work.State = before;
        return CommandOutcome.Refused(weak.Status, "DEL-181", weak.Code);
    }

    // A Delete may end delegations, in one commit with it (DEL-141, DEL-275, DEL-276).
    private CommandOutcome Deleted(string target, LocUri? uri)
    {
        CommandOutcome Delete() => OnTree(target, context => TreeCommands.Delete(context, target));
        return uri is { Property: null, List: null } ? DelegationEvents.Delete(work, Session, uri.Path, Delete) : Delete();
    }

    // The argument may be a proof (8.7): it is good for this call only.
    private CommandOutcome Started(Exec exec, Item item, LocUri uri)
    {
        if (ItemValue.Read(exec, item, Formats.Bin, secret: true) is not { } argument)
        {
            return Refused(StatusCode.UnsupportedMediaTypeOrFormat, "TND-122");
        }

        var outcome = DelegationObject.Exec(work, Session, uri, argument.Data, exec.Correlator ?? "");
        ItemValue.Zero(argument);
        return outcome;
    }

    private CommandOutcome Copied(string source, string target, bool toDelegation)
    {
        var fromDelegation = LocUri.TryParse(source, work.Options.UriLimits, out var from, out _) && DelegationObject.Covers(from!.Path);
        return toDelegation || fromDelegation
            ? Refused(StatusCode.CommandNotAllowed, "DEL-087")
            : OnTree(target, context => TreeCommands.Copy(context, source, target));
    }

    // What is mounted below the root belongs to a ?list= of the root (TND-171).
    private CommandOutcome WithDelegations(LocUri? uri, CommandOutcome outcome) =>
        outcome.Succeeded && uri is { Path.IsRoot: true, List: { } list }
            ? outcome with { Results = [.. outcome.Results, .. DelegationObject.ListBelow(work, Session, list == "StructData")] }
            : outcome;

    private CommandOutcome OnTree(string target, Func<CommandContext, CommandOutcome> command)
    {
        var policy = new RememberingPolicy(work.Policy);
        var outcome = TreeWork.Run(work, server, target, policy, command);
        (_refused, _granted) = (policy.Refused, policy.Granted);
        return outcome;
    }

    // What the node does is its binding's affair (TND-083); who may have it done is decided as for every command.
    private CommandOutcome Executed(Exec exec, Item item, string target)
    {
        var checks = OnTree(target, context => TreeCommands.Exec(context, target));
        if (!checks.Succeeded)
        {
            return checks;
        }

        var policy = new RememberingPolicy(work.Policy);
        var outcome = DeviceOperations.Start(work, new OperationRequest(server, checks.Target!.Value, _granted!.Value.Delegation, exec, item), policy);
        _refused = policy.Refused;
        return outcome;
    }

    private bool IsSecret(NodePath path) =>
        IsKeyValue(path) || work.Options.Description.Describe(path).Secret || work.State.Tree.Find(path) is { IsSecret: true };

    private static bool IsKeyValue(NodePath path) => DelegationObject.Covers(path) && path.Segments is [_, _, "Key", "Value"];

    private static CommandOutcome Refused(int status, string rule) => new(status, rule, 0, null, [], null);
}
