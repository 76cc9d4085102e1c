namespace DmDelegation.Platform;

/// <summary>The world does not let the agent do something. The code is stable: it never changes meaning; the text is for people.</summary>
/// <param name="code">Stable code, e.g. <c>store-busy</c>.</param>
/// <param name="message">What, where, and what is allowed.</param>
/// <param name="cause">What lies behind it, if anything.</param>
public class PlatformException(string code, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Stable code.</summary>
    public string Code { get; } = code;
}
