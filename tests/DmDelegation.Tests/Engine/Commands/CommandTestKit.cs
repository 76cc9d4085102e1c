using DmDelegation.Protocol;
using DmDelegation.Tests.Engine.Session;

namespace DmDelegation.Tests.Engine.Commands;

/// <summary>Commands as text, and what the engine answers to them in a session whose server TLS has authenticated.</summary>
internal static class CommandTestKit
{
    public static Dialogue Run(string commands) => new Dialogue().Begin(commands);

    public static string Item(string target, string? data = null, string format = "", string type = "", string more = "") =>
        $"<Item><Target><LocURI>{target}</LocURI></Target>"
        + (format.Length + type.Length > 0 ? $"<Meta>{Meta("Format", format)}{Meta("Type", type)}</Meta>" : "")
        + (data is null ? "" : $"<Data>{data}</Data>") + more + "</Item>";

    public static string Command(string name, string cmdId, params string[] content) => $"<{name}><CmdID>{cmdId}</CmdID>{string.Concat(content)}</{name}>";

    public static string Get(string cmdId, string target) => Command("Get", cmdId, Item(target));

    public static string Add(string cmdId, string target, string? data, string format = "") => Command("Add", cmdId, Item(target, data, format));

    public static string Replace(string cmdId, string target, string? data, string format = "") => Command("Replace", cmdId, Item(target, data, format));

    public static string Delete(string cmdId, string target) => Command("Delete", cmdId, Item(target));

    public static string Alert(string cmdId, string code) => Command("Alert", cmdId, $"<Data>{code}</Data>");

    /// <summary>CmdRef, Cmd and code of each Status but the first, in order.</summary>
    public static string Answers(Dialogue dialogue) =>
        string.Join(", ", dialogue.Statuses.Skip(1).Select(status => $"{status.CmdRef} {status.Cmd} {status.Data}"));

    public static Results[] ResultsOf(Dialogue dialogue) => [.. dialogue.Sent.Commands.OfType<Results>()];

    private static string Meta(string name, string value) => value.Length == 0 ? "" : $"<{name} xmlns=\"syncml:metinf\">{value}</{name}>";
}
