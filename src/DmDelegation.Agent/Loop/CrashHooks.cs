#if DM_CRASH_HOOKS
using System.Diagnostics;
using DmDelegation.Engine;

namespace DmDelegation.Agent.Loop;

/// <summary>
/// Kills the own process at a named place, as a power cut would (DEL-296). The places are the names of <see cref="CrashPoint"/> and, around
/// each kind of commit, <c>Before</c> and <c>After</c> with the name of its <see cref="CommitPoint"/>; <c>NAME:N</c> is the N-th time.
/// Only test builds have this file.
/// </summary>
/// <param name="wanted">Value of <see cref="Variable"/>; null: never.</param>
internal sealed class CrashHooks(string? wanted)
{
    /// <summary>Variable that names the place.</summary>
    public const string Variable = "DMAGENT_CRASH_AT";

    private readonly string _place = wanted?.Split(':')[0] ?? "";
    private int _left = wanted?.Split(':') is [_, var count] && int.TryParse(count, out var number) ? number : 1;

    /// <summary>The loop is at a place of 12.4.</summary>
    public void At(CrashPoint point) => At(point.ToString());

    /// <summary>The loop is about to commit.</summary>
    public void Before(CommitPoint point) => At("Before" + point);

    /// <summary>The loop has committed.</summary>
    public void After(CommitPoint point) => At("After" + point);

    private void At(string place)
    {
        if (place == _place && --_left == 0)
            Process.GetCurrentProcess().Kill();
    }
}
#endif
