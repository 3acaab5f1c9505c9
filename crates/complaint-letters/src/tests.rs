mod composing;
mod demands;
mod printing;
