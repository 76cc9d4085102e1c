using System.Collections.Immutable;
using System.Security.Cryptography;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.State;

namespace DmDelegation.Agent.Queries;

/// <summary><c>account list</c>.</summary>
internal static class AccountQuery
{
    /// <summary>All accounts, in the order of their names.</summary>
    public static AccountListReport List(QueryContext context) =>
        new([.. AccountList.All(context.Durable.Tree).Select(account => Report(context, account))]);

    private static AccountReport Report(QueryContext context, Account account) => new(
        account.Path.ToString(),
        account.ServerId,
        account.Address,
        account.Client?.Type ?? AccountBuilder.Transport,
        context.Durable.IsGuest(account.ServerId),
        context.Durable.LiveTo(account.ServerId).Select(live => live.Record.Id).FirstOrDefault(),
        Pins(context, account.ServerId));

    /// <summary>Those that a session goes by (DEL-093).</summary>
    private static ImmutableArray<string> Pins(QueryContext context, string server)
    {
        var pins = context.Durable.PinsOf(server) is { IsEmpty: false } own ? own : context.Options.AccountOf(server).Pins;
        return [.. pins.ToArray().Chunk(SHA256.HashSizeInBytes).Select(Convert.ToBase64String)];
    }
}
