using System.Collections.Immutable;
using DmDelegation.Engine.Execution;
using DmDelegation.Platform.Operations;

namespace DmDelegation.Platform.Profile;

/// <summary>Reads what the Exec of a node of the profile does: the object <c>exec</c> of an entry of <c>tree</c> (TND-083).</summary>
internal static class ExecBindingReader
{
    /// <summary>Most fixed arguments. Own choice.</summary>
    private const int MaxArguments = 64;

    /// <summary>The binding, null if the node has none.</summary>
    public static OperationBinding? Read(JsonFields node, bool permanent, JsonProblems problems)
    {
        if (!node.Has("exec"))
            return null;
        var fields = node.Object("exec");
        if (!permanent)
            fields.Error("program", "a node that is bound to a program must be permanent: no rename may lead another node there");
        var binding = new OperationBinding(
            ReadProgram(fields, problems),
            ReadArguments(fields),
            fields.Number("timeoutSeconds", OperationBinding.DefaultTimeoutSeconds, 1, OperationBinding.MaxTimeoutSeconds),
            fields.Word("argument", "none", "none", "text", "uri") switch
            {
                "text" => OperationArgument.Text,
                "uri" => OperationArgument.Uri,
                _ => OperationArgument.None,
            });
        fields.Finish();
        return binding;
    }

    private static string ReadProgram(JsonFields fields, JsonProblems problems)
    {
        var program = fields.RequiredText("program");
        if (program.Length == 0)
            return program;
        if (ProgramFile.BadPath(program) is { } bad)
            fields.Error("program", $"\"{program}\", {bad}");
        else if (!ProgramFile.Exists(program))
            problems.Warning(fields.PathOf("program"), $"{program} is not there; until it is, the operation ends as failed");
        else if (ProgramFile.Problem(program) is { } problem)
            fields.Error("program", problem);
        return program;
    }

    private static ImmutableArray<string> ReadArguments(JsonFields fields)
    {
        var arguments = fields.Texts("arguments") ?? [];
        if (arguments.Count > MaxArguments || arguments.Any(text => text.Length > ProgramFile.MaxChars || text.Contains('\0', StringComparison.Ordinal)))
            fields.Error("arguments", $"must be at most {MaxArguments} texts of at most {ProgramFile.MaxChars} characters");
        return [.. arguments];
    }
}
