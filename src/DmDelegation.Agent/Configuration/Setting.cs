using System.Text.Json;

namespace DmDelegation.Agent.Configuration;

/// <summary>One key of the configuration: its default, its allowed range and where its value goes.</summary>
/// <param name="Key">Key, with its group: <c>session.timeoutSeconds</c>.</param>
/// <param name="Default">JSON text of the default; null: none.</param>
/// <param name="Allowed">Allowed range for people.</param>
/// <param name="Meaning">What it is for, in a sentence or two.</param>
internal abstract record Setting<TTarget>(string Key, string? Default, string Allowed, string Meaning)
{
    /// <summary>Puts the value where it goes; false, with nothing changed, if it is out of range.</summary>
    public abstract bool TryApply(JsonElement value, string directory, ref TTarget target);
}

/// <summary>One row of the table of settings.</summary>
/// <param name="Key">Key.</param>
/// <param name="Default">JSON text of the default; null: none.</param>
/// <param name="Form">What the value must look like.</param>
/// <param name="Set">Where it goes.</param>
/// <param name="Meaning">What it is for, in a sentence or two.</param>
internal sealed record Setting<TTarget, TValue>(string Key, string? Default, ValueForm<TValue> Form, Func<TTarget, TValue, TTarget> Set, string Meaning)
    : Setting<TTarget>(Key, Default, Form.Allowed, Meaning)
{
    /// <inheritdoc/>
    public override bool TryApply(JsonElement value, string directory, ref TTarget target)
    {
        if (!Form.TryRead(value, directory, out var read))
            return false;
        target = Set(target, read);
        return true;
    }
}
