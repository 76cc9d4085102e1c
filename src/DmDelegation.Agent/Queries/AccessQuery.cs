using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Guard;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Agent.Queries;

/// <summary><c>acl explain</c>: the access decision itself (13.1), with its reason; nothing is decided here.</summary>
internal static class AccessQuery
{
    /// <summary>The words for a command on the command line: what each means for a plain node, and the access type it needs besides (TND-033).</summary>
    private static readonly (string Word, AccessOperation Operation, AccessTypes Type)[] Words =
    [
        ("Add", AccessOperation.Add, AccessTypes.Add),
        ("Copy", AccessOperation.CopyTo, AccessTypes.Copy),
        ("Delete", AccessOperation.Delete, AccessTypes.Delete),
        ("Exec", AccessOperation.Exec, AccessTypes.Exec),
        ("Get", AccessOperation.Get, AccessTypes.Get),
        ("Replace", AccessOperation.Replace, AccessTypes.Replace),
    ];

    /// <summary>What a <c>?prop=</c> makes of Get and Replace (8.3).</summary>
    private static readonly (AccessOperation Operation, string Property, AccessOperation Meaning)[] OfProperties =
    [
        (AccessOperation.Get, "ACL", AccessOperation.GetAcl),
        (AccessOperation.Replace, "ACL", AccessOperation.ReplaceAcl),
        (AccessOperation.Replace, "Name", AccessOperation.Rename),
        (AccessOperation.Replace, "Title", AccessOperation.SetTitle),
    ];

    /// <summary>Whether a server may do something, and why.</summary>
    /// <param name="context">The snapshot.</param>
    /// <param name="server">A Server Identifier.</param>
    /// <param name="command">Add, Copy, Delete, Exec, Get or Replace.</param>
    /// <param name="text">The address; with <c>?prop=ACL</c>, <c>Name</c> or <c>Title</c> the property.</param>
    public static Answer<AccessReport> Explain(QueryContext context, string server, string command, string text)
    {
        var at = Array.FindIndex(Words, word => word.Word == command);
        if (at < 0)
            return Failed(QueryCodes.BadArgument, $"'{command}' is not a command: {string.Join(", ", Words.Select(word => word.Word))}");
        if (!ServerIdentifier.IsWellFormed(server))
            return Failed(QueryCodes.BadArgument, $"'{server}' is not a Server Identifier");
        var parsed = Addresses.Parse(context, text);
        if (parsed.Data is not { } uri)
            return Failed(parsed.Code!, parsed.Text!);

        var (_, operation, type) = Words[at];
        operation = Meaning(operation, uri.Property);
        var nearest = context.Durable.Tree.ResolveNearest(uri.Path);
        var exists = nearest.Depth == uri.Path.Depth;
        if (operation == AccessOperation.Add ? exists : !exists)
            return Failed(QueryCodes.NotFound, exists ? $"there is a node {uri.Path}: Add answers 418" : $"there is no node {uri.Path}: {command} answers 404");
        var question = new AccessQuestion(server, operation, nearest, operation == AccessOperation.Add ? uri.Path : null);
        var verdict = new DelegationPolicy(context.Durable, context.Options).Explain(question);
        var plain = uri.Property is null;
        return Report(context, new Asked(server, command, uri.ToString()), verdict, plain && exists && !nearest.Target.Access.HasFlag(type));
    }

    private static AccessOperation Meaning(AccessOperation operation, string? property)
    {
        foreach (var row in OfProperties)
        {
            if (row.Operation == operation && row.Property == property)
                return row.Meaning;
        }

        return operation;
    }

    private static AccessReport Report(QueryContext context, Asked asked, AccessVerdict verdict, bool typeForbids)
    {
        var answer = verdict.Answer;
        var refusedByType = answer.Allowed && typeForbids;
        var allowed = answer.Allowed && !typeForbids;
        var (status, rule) = refusedByType ? (405, "TND-033") : (answer.Status, answer.Rule);
        var decidedAt = answer.DecidedAt is { } node ? Addresses.Of(context, node) : null;
        var reason = answer.Reason == 0 ? "" : $", reason {answer.Reason} {ReasonCode.Of(answer.Reason).Name}";
        var because = verdict.Delegation is { } id && context.Durable.Records.TryGetValue(id, out var record)
            ? $"{id}: {record.By} gave {string.Join(", ", record.Grant!.Scope.Select(entry => entry.Uri))} to {record.Grant.To} ({record.State})"
            : null;
        var hasAccount = context.Durable.AccountOf(asked.Server) is not null;
        var sentence =
            $"{asked.Server} {(allowed ? "may" : "may not")} {asked.Command} {asked.Uri}: {(allowed ? "granted" : $"status {status}{reason}")}"
            + $" by {rule} ({Rules.Meaning(rule)}){(decidedAt is null ? "" : $", decided at {decidedAt}")}"
            + (verdict.Delegation is null ? "" : $", delegation {verdict.Delegation}")
            + (!hasAccount ? "; it has no account, so it cannot open a session" : "");
        return new AccessReport(asked.Server, asked.Command, asked.Uri, allowed, status, answer.Reason, rule, verdict.Delegation, decidedAt, sentence, because, hasAccount);
    }

    private static Answer<AccessReport> Failed(string code, string text) => Answer<AccessReport>.Failed(code, text);

    private readonly record struct Asked(string Server, string Command, string Uri);
}
